"use strict";

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

module.exports = { reportStatus, beginCell, endCell };
