"""Kill -9 at any time: what is stored is whole, and the scan goes on to the same end. 50 kills: benchmarks."""

from functools import partial

from fake_plan import FakePlan
from killing import kill_often

from jaxwire.scans.run import run_blocks
from jaxwire.scans.store.store import Store


def test_killed_scans_leave_whole_blocks_and_end_like_an_uninterrupted_one(tmp_path):
    plan = FakePlan(shape=(20, 24), block_shape=(4, 4), n_x=2000)  # heating: 0.5 MB that do not compress, per block

    def files_of_block(path):
        store = Store(path, plan)
        return [store._files(block) for block in plan.blocks()]

    tally = kill_often(partial(run_blocks, plan), tmp_path, 6, 0.3, files_of_block)
    assert tally.kills >= 6 and tally.finished >= 1
    assert tally.in_block > 0  # some came between the first and the last chunk of a block
    assert tally.checked > 100
