"use strict";

/** Jupyter Server cuts off a kernel that sends more than 1000 messages a second: text is joined until then. */
const JOIN_MILLISECONDS = 50;
const JOIN_CHARACTERS = 16384;

/**
 * Binds the sockets so that nothing sent is lost. Without a limit zeromq drops no message in silence; the heartbeat
 * socket has none to lift. All are bound before the first request is read: while a socket is being bound in the
 * background, as tslab does it, zeromq refuses to send on it, and a client may have asked already.
 */
function keepEveryMessage(server) {
  server.bindSocket = async function (socket, port) {
    if (socket !== this.hb) {
      socket.sendHighWaterMark = 0;
      socket.sendTimeout = 0;
    }
    const { transport, ip } = this.connInfo;
    socket.bindSync(`${transport}://${ip}:${port}`);
  };
}

/**
 * Joins what a cell writes: `write(name, text)` keeps it, `flush()` sends what is kept, in order.
 * @param send called with the content of one Jupyter `stream` message
 */
function joinStreams(send) {
  let name = "";
  let text = "";
  let sentAt = 0;
  let timer;

  function flush() {
    clearTimeout(timer);
    timer = undefined;
    sentAt = Date.now();
    if (text === "") return;
    const joined = text;
    text = "";
    send({ name, text: joined });
  }

  function write(stream, chunk) {
    if (stream !== name) {
      flush();
      name = stream;
    }
    text += chunk;
    if (text.length > JOIN_CHARACTERS || Date.now() - sentAt > JOIN_MILLISECONDS) flush();
    else timer ??= setTimeout(flush, JOIN_MILLISECONDS);
  }

  return { write, flush };
}

module.exports = { keepEveryMessage, joinStreams };
