"""`aorm.portal`: the life of the portal, from the first call to the end of the process, each in its own process."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

PREAMBLE = """
import asyncio, os, signal, sys, threading, time
from aorm.bridge import register_close, run_blocking, run_in_thread, run_sync
from aorm.portal import get_portal
async def one():
    await asyncio.sleep(0)
    return 1
"""


def run(script: str, *, code: int | None = 0) -> str:
    """Run `script` with every warning on; it has to end by itself, with `code`, and without a word on stderr."""
    command = [sys.executable, "-X", "dev", "-W", "always", "-c", PREAMBLE + textwrap.dedent(script)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    if code is not None:
        assert (done.returncode, done.stderr) == (code, "")
    return done.stdout


def test_importing_starts_no_thread() -> None:
    assert run("print(threading.active_count())") == "1\n"


def test_exit_after_use_is_silent() -> None:
    assert run("print(run_sync(one()))") == "1\n"


def test_exit_with_work_under_way() -> None:
    script = """
        async def endless():
            await asyncio.sleep(600)
        async def stubborn():
            while True:
                try:
                    await asyncio.sleep(600)
                except asyncio.CancelledError:
                    pass
        async def start(function):
            keep.append(asyncio.ensure_future(function()))
        keep = []
        run_blocking(start, endless)
        run_blocking(start, stubborn)
        threading.Thread(target=run_blocking, args=(endless,), daemon=True).start()
        print("end")
    """
    assert run(script, code=None) == "end\n"


def test_exit_runs_close_callbacks_bounded_and_silently() -> None:
    script = """
        async def close():
            print("closed", threading.current_thread().name)
        async def fail():
            raise LookupError
        async def hang():
            await asyncio.sleep(600)
        def broken():
            raise LookupError
        for callback in (close, fail, hang, broken):
            register_close(callback)
        run_sync(one())
    """
    assert run(script) == "closed aorm-portal\n"


def test_close_callbacks_do_not_start_a_portal() -> None:
    assert run("register_close(one)") == ""


def test_exit_after_an_exception() -> None:
    script = """
        async def fail():
            raise SystemExit(7)
        run_sync(one())
        run_sync(fail())
    """
    run(script, code=7)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_fork_gets_its_own_portal() -> None:
    script = """
        import warnings
        warnings.simplefilter("ignore", DeprecationWarning)
        run_sync(one())
        parent = get_portal()
        for _ in range(20):
            child = os.fork()
            if child == 0:
                assert run_sync(one()) == 1 and get_portal() is not parent
                sys.exit(0 if run_blocking(run_in_thread, os.getpid) == os.getpid() else 1)
            assert os.waitpid(child, 0)[1] == 0
            assert run_sync(one()) == 1 and get_portal() is parent
        print("ok")
    """
    assert run(script) == "ok\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_fork_while_a_transaction_is_bound_and_others_call() -> None:
    script = """
        import warnings
        warnings.simplefilter("ignore", DeprecationWarning)
        from aorm.bridge import home_loop
        stop = False
        def busy():
            while not stop:
                run_sync(one())
        threads = [threading.Thread(target=busy) for _ in range(4)]
        for thread in threads:
            thread.start()
        home_loop.set(get_portal().loop)
        for _ in range(20):
            child = os.fork()
            if child == 0:
                os._exit(0 if run_sync(one()) == 1 else 1)
            assert os.waitpid(child, 0)[1] == 0
        stop = True
        for thread in threads:
            thread.join()
        print("ok")
    """
    assert run(script) == "ok\n"


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_interrupt_cancels_the_call_and_goes_on() -> None:
    script = """
        log = []
        async def endless():
            try:
                await asyncio.sleep(600)
            finally:
                await asyncio.sleep(0.01)
                log.append("cleaned up")
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            run_sync(endless())
        except KeyboardInterrupt:
            log.append("interrupted")
        print(log, run_sync(one()))
    """
    assert run(script) == "['cleaned up', 'interrupted'] 1\n"


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_interrupt_in_a_function_that_a_coroutine_waits_for() -> None:
    script = """
        log = []
        async def asave():
            try:
                await run_in_thread(time.sleep, 600)
            except asyncio.CancelledError:
                log.append("cancelled")
                raise
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            run_sync(asave())
        except KeyboardInterrupt:
            log.append("interrupted")
        print(log)
    """
    assert run(script) == "['cancelled', 'interrupted']\n"


def test_an_interrupt_at_any_line_leaves_no_coroutine_behind() -> None:
    # Ctrl-C raises between two instructions; here between any two lines of the way from the call to its answer.
    script = """
        def interrupted(at):
            seen = 0
            def trace(frame, event, argument):
                nonlocal seen
                if not frame.f_code.co_filename.endswith(("bridge.py", "calls.py", "portal.py")):
                    return None
                # Before the first line the coroutine is its maker's.
                is_first = frame.f_code.co_name == "run_sync" and frame.f_lineno == first
                if event == "line" and not is_first:
                    seen += 1
                    if seen == at:
                        sys.settrace(None)
                        raise KeyboardInterrupt
                return trace
            code = run_sync.__code__
            first = min(line for _, _, line in code.co_lines() if line and line > code.co_firstlineno)
            sys.settrace(trace)
            try:
                run_sync(one())
            except KeyboardInterrupt:
                return True
            finally:
                sys.settrace(None)
            return False

        run_sync(one())
        at = 0
        while interrupted(at := at + 1):
            pass
        print(at > 20, run_blocking(one) and len(asyncio.all_tasks(get_portal().loop)))
    """
    assert run(script) == "True 1\n"


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_interrupts_at_random_moments_leave_nothing_running() -> None:
    script = """
        import random
        random.seed(7)
        running = 0
        async def transaction():
            global running
            running += 1
            try:
                for _ in range(random.randrange(20)):
                    await asyncio.sleep(random.random() / 5000)
            finally:
                running -= 1
        interrupts = 0
        armed = threading.Event()
        def shoot():
            for _ in range(200):
                armed.wait()
                armed.clear()
                time.sleep(random.random() / 500)
                os.kill(os.getpid(), signal.SIGINT)
        threading.Thread(target=shoot, daemon=True).start()
        while interrupts < 200:
            try:
                armed.set()
                while True:
                    run_sync(transaction())
            except KeyboardInterrupt:
                interrupts += 1
        tasks = run_blocking(one) and len(asyncio.all_tasks(get_portal().loop))
        print(interrupts, running, tasks)
    """
    output = run(script, code=None)
    assert output == "200 0 1\n"
