"""Talks to one kernel of pila as JupyterLab does and prints as JSON what came back; protocol.slow.test.ts judges it.

Its only argument is the folder of the kernelspecs.
"""

import json
import os
import sys
import tempfile
import time
from queue import Empty

os.environ["JUPYTER_PATH"] = sys.argv[1]

import zmq  # noqa: E402
from jupyter_client.manager import start_new_kernel  # noqa: E402

LIMIT = 20


def replies_to(client, message):
    """The reply to a shell request."""
    while True:
        reply = client.get_shell_msg(timeout=LIMIT)
        if reply["parent_header"]["msg_id"] == message:
            return {"type": reply["msg_type"], "content": reply["content"]}


def heard_until_idle(client, message):
    """(type, content, request it belongs to) of what iopub says up to the idle of one request."""
    heard = []
    while True:
        said = client.get_iopub_msg(timeout=LIMIT)
        kind, content, parent = said["msg_type"], said["content"], said["parent_header"].get("msg_id")
        heard.append((kind, content, parent))
        if kind == "status" and content["execution_state"] == "idle" and parent == message:
            return heard


def wait_for_output(client, text):
    while text not in client.get_iopub_msg(timeout=LIMIT)["content"].get("text", ""):
        pass



def request(client, kind):
    message = client.session.msg(kind, {})
    client.shell_channel.send(message)
    return message["header"]["msg_id"]


def ask_history(client):
    """History is asked at every connection."""
    return replies_to(client, request(client, "history_request"))


def ask_comms(client):
    """Widgets ask for comms, of which there are none."""
    return replies_to(client, request(client, "comm_info_request"))


def flood(client):
    """More displays in one tick than zeromq keeps by itself."""
    code = 'import { display } from "tslab"; for (let i = 0; i < 3000; i++) display.text(String(i).padEnd(4000));'
    heard = heard_until_idle(client, client.execute(code))
    return [content["data"]["text/plain"].rstrip() for kind, content, _ in heard if kind == "display_data"]


def complete_while_busy(client):
    """States from a completion asked while a cell runs to the end of that cell."""
    cell = client.execute("await new Promise((resolve) => setTimeout(resolve, 1500));")
    time.sleep(0.5)
    completion = client.complete("consol", 6)
    heard = heard_until_idle(client, cell)
    asked = [i for i, (kind, _, parent) in enumerate(heard) if parent == completion]
    return [content["execution_state"] for kind, content, _ in heard[asked[0] :] if kind == "status"]


def queue_behind(client):
    """A cell in the queue gets its busy when its turn comes: the requests the busy messages belong to, in order."""
    first = client.execute("await new Promise((resolve) => setTimeout(resolve, 500));")
    second = client.execute("void 0;")
    heard = heard_until_idle(client, second)
    names = {first: "first", second: "second"}
    return [
        f"{names[parent]} {content['execution_state']}" for kind, content, parent in heard if kind == "status"
    ]


def fail_in_a_row(client):
    """Statuses of a failing cell, of two sent with it, and of one sent as soon as its error is known."""
    # Synchronous: what is sent meanwhile is found by the kernel only after the error.
    failing = "for (const end = Date.now() + 600; Date.now() < end; ); throw new Error('first');"
    sent = [client.execute(failing), client.execute("void 1;")]
    time.sleep(0.3)
    sent.append(client.execute("void 2;"))
    statuses = [replies_to(client, sent[0])["content"]["status"]]
    later = client.execute("void 3;")
    return statuses + [replies_to(client, message)["content"]["status"] for message in (*sent[1:], later)]


def interrupt_await(manager, client):
    """An awaited promise is interrupted; the signal of the cell aborts, the next cell has a new one."""
    signal = '(globalThis as any)[Symbol.for("pila.cellSignal")]'
    cell = client.execute(
        f'(globalThis as any).kept = {signal}; console.log("waiting"); await new Promise(() => {{}});'
    )
    wait_for_output(client, "waiting")
    time.sleep(0.2)
    began = time.monotonic()
    manager.interrupt_kernel()
    reply = replies_to(client, cell)["content"]
    seconds = time.monotonic() - began
    heard = heard_until_idle(
        client, client.execute(f"console.log((globalThis as any).kept.aborted, {signal}.aborted);")
    )
    text = "".join(content["text"] for kind, content, _ in heard if kind == "stream")
    return {"ename": reply["ename"], "seconds": seconds, "signals": text}


def interrupt_by_message(client):
    """Clients that send interrupt_request get the same."""
    cell = client.execute('console.log("again"); await new Promise(() => {});')
    wait_for_output(client, "again")
    time.sleep(0.2)
    message = client.session.msg("interrupt_request", {})
    client.control_channel.send(message)
    answer = client.get_control_msg(timeout=LIMIT)["msg_type"]
    return {"answer": answer, "ename": replies_to(client, cell)["content"]["ename"]}


def ask_heart(client, context):
    """What the heartbeat answers within three seconds; None when it does not."""
    with context.socket(zmq.REQ) as heart:
        heart.setsockopt(zmq.LINGER, 0)
        heart.connect(f"tcp://{client.ip}:{client.hb_port}")
        heart.send(b"beat")
        return heart.recv().decode() if heart.poll(3000) else None


def knock(client):
    """A client of another kernel at the ports of this one, while a cell runs: how the cell ends, and the heartbeat."""
    cell = client.execute('console.log("here"); await new Promise((resolve) => setTimeout(resolve, 1000));')
    wait_for_output(client, "here")
    with zmq.Context() as context:
        for port in (client.hb_port, client.shell_port, client.control_port):
            with context.socket(zmq.DEALER) as stranger:
                stranger.connect(f"tcp://{client.ip}:{port}")
                stranger.send_multipart([b"<IDS|MSG>", b"0" * 64, b"{}", b"{}", b"{}", b"{}"])
                stranger.send_multipart([b"hello"])
        # libzmq may lose one reply after frames of a peer that is gone; Jupyter asks again too.
        beat = next(filter(None, (ask_heart(client, context) for _ in range(3))), "none")
    return {"cell": replies_to(client, cell)["content"]["status"], "beat": beat}


def drain(client):
    """Forgets what an earlier step left on iopub."""
    while True:
        try:
            client.get_iopub_msg(timeout=0.3)
        except Empty:
            return


def main():
    with tempfile.TemporaryDirectory(prefix="pila-jupyter-") as runtime:
        os.environ["JUPYTER_RUNTIME_DIR"] = os.environ["IPYTHONDIR"] = runtime
        manager, client = start_new_kernel(kernel_name="pila")
        steps = {
            "history": lambda: ask_history(client),
            "comms": lambda: ask_comms(client),
            "flood": lambda: flood(client),
            "busy": lambda: complete_while_busy(client),
            "queue": lambda: queue_behind(client),
            "row": lambda: fail_in_a_row(client),
            "interrupt": lambda: interrupt_await(manager, client),
            "message": lambda: interrupt_by_message(client),
            "strangers": lambda: knock(client),
        }
        answers = {}
        try:
            for name, step in steps.items():
                drain(client)
                try:
                    answers[name] = step()
                except Exception as error:  # noqa: BLE001 - the test that looks at this answer names it
                    answers[name] = f"{type(error).__name__}: {error}"
        finally:
            client.stop_channels()
            manager.shutdown_kernel()
        print(json.dumps(answers))


main()
