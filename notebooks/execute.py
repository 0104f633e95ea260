"""Executes one notebook with the kernel of pila, without a browser.

    python notebooks/execute.py IN.ipynb OUT.ipynb [--timeout SECONDS]

OUT appears only when every cell ran. Two runs of a notebook whose cells print the same are the same bytes.
The environment passes through to the kernel: a notebook with parameters reads them from the JSON file that
PILA_NOTEBOOK_PARAMETERS names. Exit 0 done; 1 a cell failed or the kernel died (stderr says which, with name,
message and stack); 2 wrong usage; 130 and 143 stopped by SIGINT and SIGTERM, the kernel ended.
"""

import argparse
import asyncio
import os
import signal
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
KERNELS = HERE / "kernel"
sys.path.insert(0, str(HERE))

import nbformat  # noqa: E402
from nbclient import NotebookClient  # noqa: E402
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError  # noqa: E402

from whole_file import write_whole  # noqa: E402


class Stopped(Exception):
    """A signal asked for the end; the kernel has ended."""

    def __init__(self, signum):
        super().__init__(signal.Signals(signum).name)
        self.exit_code = 128 + signum


async def execute(notebook, folder, timeout):
    """Runs the cells in place. Raises what nbclient raises, or Stopped."""
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    received = []

    insisting = []

    def insist():
        # nbclient swallows a cancellation that arrives between two of its waits.
        task.cancel()
        insisting[:] = [loop.call_later(1, insist)]

    def stop(signum):
        received.append(signum)
        if not insisting:
            insist()

    def take_signals():
        for signum in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(signum, stop, signum)

    client = NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name="pila",
        record_timing=False,
        coalesce_streams=True,
        raise_on_iopub_timeout=True,
        iopub_timeout=30,
        resources={"metadata": {"path": str(folder)}},
    )
    take_signals()
    # nbclient sets handlers of its own before it first waits, which end the kernel and go on waiting for it.
    loop.call_soon(take_signals)
    try:
        await client.async_execute()
        for timer in insisting:
            timer.cancel()
    except (asyncio.CancelledError, DeadKernelError):
        # nbclient takes a cancelled cell for a dead kernel.
        if not received:
            raise
        for timer in insisting:
            timer.cancel()
        # Cancelled while the kernel starts, nbclient leaves it running.
        if client.km is not None and client.km.has_kernel:
            await client.km.shutdown_kernel(now=True)
        raise Stopped(received[0]) from None


def run(source, target, timeout):
    """The exit code; see the head of this file."""
    notebook = nbformat.read(source, as_version=4)
    try:
        asyncio.run(execute(notebook, source.resolve().parent, timeout))
    except CellExecutionError as error:
        print(f"{source}: {error.ename}: {error.evalue}\n{error}", file=sys.stderr)
        return 1
    except DeadKernelError as error:
        print(f"{source}: DeadKernelError: {error}; a cell ended the process, or memory ran out", file=sys.stderr)
        return 1
    except CellTimeoutError as error:
        print(f"{source}: CellTimeoutError: {error}", file=sys.stderr)
        return 1
    except Stopped as stopped:
        print(f"{source}: stopped by {stopped}", file=sys.stderr)
        return stopped.exit_code
    write_whole(target, nbformat.writes(notebook) + "\n")
    return 0


def main():
    parser = argparse.ArgumentParser(description="Execute a notebook with the kernel of pila.")
    parser.add_argument("source", type=Path, metavar="IN.ipynb")
    parser.add_argument("target", type=Path, metavar="OUT.ipynb")
    parser.add_argument("--timeout", type=int, default=600, help="seconds a cell may take (600)")
    options = parser.parse_args()
    if not options.source.is_file():
        parser.error(f"{options.source}: no such notebook")
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [str(KERNELS), os.environ.get("JUPYTER_PATH")]))
    with tempfile.TemporaryDirectory(prefix="pila-jupyter-") as runtime:
        os.environ["JUPYTER_RUNTIME_DIR"] = runtime
        # Looking for kernels makes the folder of IPython, in the user's home if none is named.
        os.environ.setdefault("IPYTHONDIR", runtime)
        return run(options.source, options.target, options.timeout)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OSError as error:
        print(f"{error.filename or 'a temporary file'}: {error.strerror}; make room or name another folder", file=sys.stderr)
        sys.exit(1)
