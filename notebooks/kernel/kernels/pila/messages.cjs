"use strict";
const { createHmac } = require("node:crypto");
const { setImmediate: nextTurn } = require("node:timers/promises");
// What passes between the kernel and Jupyter: nothing sent is lost, busy and idle are as they are, and every request has
// an answer.

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
    const address = `${transport}://${ip}:${port}`;
    // Jupyter chose the port some time ago: a passing connection of another program may hold it for a moment.
    for (let left = 20; ; left--) {
      try {
        socket.bindSync(address);
        return;
      } catch (error) {
        if (error.code !== "EADDRINUSE" || left === 0) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  };
}

const DELIMITER = Buffer.from("<IDS|MSG>");

/** Whether frames are a message of Jupyter signed with the key of this kernel. */
function isSigned(frames, key) {
  const at = frames.findIndex((frame) => frame.equals(DELIMITER));
  if (at < 0 || frames.length < at + 6) return false;
  const hmac = createHmac("sha256", key);
  for (const frame of frames.slice(at + 2, at + 6)) hmac.update(frame);
  return key === "" || hmac.digest("hex") === frames[at + 1].toString();
}

/**
 * Drops what others say. Ports are used again, and a client of a kernel that is gone knocks until somebody opens: tslab
 * would throw its messages into the running cell, and zeromq ends the heartbeat ("Operation was not possible or timed
 * out") at frames that are no request.
 * @param Reply zeromq's class of the heartbeat
 */
function ignoreStrangers(server, Reply) {
  const { handleShellMessage } = server;
  server.handleShellMessage = async function (socket, ...frames) {
    if (isSigned(frames, this.connInfo.key)) await handleShellMessage.call(this, socket, ...frames);
  };
  const { receive } = Reply.prototype;
  Object.defineProperty(Reply.prototype, "receive", {
    configurable: true,
    value: async function () {
      for (;;) {
        try {
          return await receive.call(this);
        } catch (error) {
          if (this.closed || error.code !== "EAGAIN") throw error;
          await nextTurn();
        }
      }
    },
  });
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

let running = null;
let publish = () => {};

/**
 * Busy and idle as they are: a cell that waits in the queue is not busy yet, and a completion
 * asked of a busy kernel does not make it idle.
 */
function reportStatus(server) {
  const { publishStatus } = server;
  publish = publishStatus;
  server.publishStatus = function (status, message) {
    const isCell = message.header.msg_type === "execute_request";
    if (!(isCell && status === "busy")) publish.call(this, status, message);
    if (!isCell && status === "idle" && running !== null) publish.call(this, "busy", running);
  };
}

function beginCell(server, message) {
  running = message;
  publish.call(server, "busy", message);
}

function endCell(message) {
  if (running === message) running = null;
}

/** Requests that tslab does not dispatch or answers under a wrong name, and what is answered. */
const ANSWERS = {
  comm_info_request: { comms: {} },
  history_request: { history: [] },
  interrupt_request: {},
};

/**
 * Answers those requests: JupyterLab asks for the history at every connection and stays "Unknown" without it.
 * tslab dispatches by the type in the header, so they travel as comm_info_request up to the answer.
 */
function answerRequests(server) {
  const { publishStatus } = server;
  server.publishStatus = function (status, message) {
    publishStatus.call(this, status, message);
    const { header } = message;
    if (status === "busy" && Object.hasOwn(ANSWERS, header.msg_type)) {
      message.asked = header.msg_type;
      header.msg_type = "comm_info_request";
    }
  };
  server.handleCommInfoRequest = function (socket, message) {
    const { asked } = message;
    // The idle that follows is matched by this type.
    message.header.msg_type = asked;
    if (asked === "interrupt_request") process.emit("SIGINT");
    const reply = message.createReply();
    reply.header.msg_type = asked.replace("request", "reply");
    reply.content = { status: "ok", ...ANSWERS[asked] };
    reply.signAndSend(this.connInfo.key, socket);
  };
}

/** What kernel_info says of the language: with this codemirror_mode JupyterLab and nbconvert colour TypeScript. */
function describeKernel(handler, { version, typescript }) {
  const { handleKernel } = handler;
  handler.handleKernel = function () {
    const info = handleKernel.call(this);
    const language_info = { ...info.language_info, version: typescript, codemirror_mode: "typescript" };
    return { ...info, implementation_version: version, language_info };
  };
}

module.exports = {
  keepEveryMessage,
  ignoreStrangers,
  joinStreams,
  reportStatus,
  beginCell,
  endCell,
  answerRequests,
  describeKernel,
};
