"use strict";

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

module.exports = { answerRequests, describeKernel };
