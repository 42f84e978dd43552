"""The map of docs/howto/scan.md by a local Dask worker."""

import numpy as np
from distributed import Client, LocalCluster

import jaxwire as jw

if __name__ == "__main__":
    with LocalCluster(n_workers=1, threads_per_worker=1) as cluster, Client(cluster) as client:
        ds = jw.scan(
            jw.Lorentzian(center=1.44, width=0.08),
            axes={"center": np.linspace(0.2, 2.4, 4), "width": np.geomspace(0.02, 0.5, 3)},
            temperature=0.3,
            voltage=0.1,
            store="map.zarr",
            cluster=client,
        )
    print(ds.attrs["failures"])
