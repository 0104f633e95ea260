import { serveThread } from "../parallel/threads";
import { helpWithRows } from "./team";

// The program of the threads that help the main one with blocks of rows.
serveThread(helpWithRows);
