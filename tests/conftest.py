"""Settings of every test: double precision is promised, and no array may change its rank unasked."""

import jax

jax.config.update("jax_numpy_rank_promotion", "raise")
