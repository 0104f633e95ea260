// Entry of the child whose answers time a message; it ends with its channel.
process.on("message", (message) => process.send!(message));
