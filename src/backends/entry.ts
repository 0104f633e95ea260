import { findBackend } from "./registry";

// The program of every thread, child process and rank that a backend starts: it is told the backend's id.
findBackend(process.argv[2]!).work!();
