"use strict";
const { setImmediate: nextTurn, setTimeout: wait } = require("node:timers/promises");
const { joinStreams } = require("./output.cjs");
const { noteThrown, takeProblems, hasProblems, isStale, describeFailure } = require("./errors.cjs");
const { beginCell, endCell } = require("./status.cjs");
const { renewSignal, wasStopped } = require("./interrupt.cjs");

/** Rejections nobody awaits and errors of the next turn are seen within this time. */
const LATE_MILLISECONDS = 5;

/** What tslab does when the turn of a cell comes: here between the busy and the verdict. */
function runInTurn(handler) {
  const { handleExecuteImpl } = handler;
  handler.handleExecuteImpl = async function (request, ...streams) {
    try {
      // The reply and the idle of the cell before leave first.
      await nextTurn();
      request.begin(this.execCount + 1);
      renewSignal();
      const count = await handleExecuteImpl.call(this, request, ...streams);
      await wait(LATE_MILLISECONDS);
      // tslab takes a thrown count as a failed cell.
      if (hasProblems()) throw count;
      return count;
    } catch (reason) {
      // An Error is thrown by tslab itself, which would only print it.
      if (reason instanceof Error) noteThrown(reason);
      throw reason;
    } finally {
      request.end(takeProblems(), wasStopped());
    }
  };
}

/** One cell from request to reply, with its input, whole output and, where it failed, an error message. */
async function executeCell(socket, message) {
  const send = (type, content, target = this.iopub) => {
    const reply = message.createReply();
    reply.header.msg_type = type;
    reply.content = content;
    reply.signAndSend(this.connInfo.key, target);
  };
  const { write, flush } = joinStreams((content) => send("stream", content));
  const display = (content, update) => {
    flush();
    send(update ? "update_display_data" : "display_data", content);
  };

  let problems = [];
  let stopped = false;
  const request = {
    ...message.content,
    begin: (execution_count) => {
      beginCell(this, message);
      send("execute_input", { code: message.content.code, execution_count });
    },
    end: (found, interrupted) => {
      problems = found;
      stopped = interrupted;
    },
  };

  const content = isStale(message.header)
    ? { status: "abort" }
    : await this.handler.handleExecute(request, write, display);
  flush();
  if (content.status === "abort") {
    content.status = "aborted";
    beginCell(this, message);
  }
  if (content.status === "error") {
    const failure = describeFailure(problems, stopped);
    Object.assign(content, failure);
    send("error", failure);
  }
  endCell(message);
  send("execute_reply", content, socket);
}

/** Puts both in place of tslab's own. */
function executeCells(server, handler) {
  runInTurn(handler);
  server.handleExecute = executeCell;
}

module.exports = { executeCells };
