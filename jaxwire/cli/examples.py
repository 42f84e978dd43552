"""Examples at the end of each command's help, by its name; a test runs them."""

EXAMPLES = {
    "solve": (
        "jaxwire solve -c 1.44 -w 0.08 -t 0.3 -v 0.1",
        "jaxwire solve -c 1.44 -w 0.08 -t 0.3 -i 0.0125 -x -0.5 0.5 -p profile.png",
        "jaxwire solve --config wire.toml --json",
        "jaxwire solve --material InAs --chemical-potential '10 meV' --relaxation-time '1 ps' -t '30 K' -v '1 mV' "
        "-c '14.4 meV' -w '0.8 meV' -x '50 nm'",
    ),
    "iv": (
        "jaxwire iv -c 1.44 -w 0.08 -t 0.3 --voltages 0.1 0.4 0.8",
        "jaxwire iv -c 1.44 -w 0.08 -t 0.3 --max 1.2 --count 25 --csv iv.csv -p iv.pdf",
    ),
    "fit": (
        "jaxwire fit profile.csv -t 0.3 -v 0.1 -p fit.png -o fit.json",
        "jaxwire fit profile.csv -t 0.3 -v 0.1 --free center width gain offset",
        "jaxwire fit --config fit.toml",
    ),
    "scan": (
        "jaxwire scan map.toml --estimate",
        "jaxwire scan map.toml --store map.zarr",
        "jaxwire scan map.toml --netcdf map.nc",
    ),
    "plot": (
        "jaxwire plot map.zarr",
        "jaxwire plot map.zarr --variable spot_measure --x-min 0.2 -o spots.pdf",
        "jaxwire plot map.nc --variable current --x center --select width=0.08",
    ),
    "new": ("jaxwire new lab", "jaxwire new scan my-scan.toml", "jaxwire new fit"),
    "reproduce": ("jaxwire reproduce", "jaxwire reproduce my-folder --draft"),
    "explore": ("jaxwire explore", "jaxwire explore -c 1.1 -t 0.5 -v 0.2 --no-browser --port 0"),
}
