import { writeFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { join, resolve } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { describeMachine, describeSoftware, filesystemOf, measureMachine } from "../../src/bench/machine";
import { CHILD_SETTINGS, childEnvironment, packageRoot, systemClock } from "../../src/bench/process";
import { validateRecord } from "../../src/records/runFolder";
import { envOf, withFolder } from "../records/records.fixture";

test("the file system is that of the longest mount point leading there, the later of two on one point", () => {
  const mounts = [
    "/dev/a / ext4 rw 0 0",
    "/dev/b /data xfs rw 0 0",
    "tmpfs /data/with\\040blank tmpfs rw 0 0",
    "none /over overlay rw 0 0",
    "/dev/c /over btrfs rw 0 0",
  ].join("\n");
  const paths = ["/home", "/data", "/data/x", "/database", "/data/with blank/x", "/over/y"];
  assert.equal(
    paths.map((path) => filesystemOf(path, mounts)),
    ["ext4", "xfs", "xfs", "ext4", "tmpfs", "btrfs"],
  );
  assert.is(filesystemOf("/x", ""), null);
});

test("what is known of this machine makes a valid env.json, stable and without host or user name", () => {
  const machine = describeMachine(resolve("."));
  const software = describeSoftware(packageRoot());
  validateRecord("env", envOf({ machine, software }), { path: "env.json" });
  assert.equal(describeMachine(resolve(".")), machine);
  assert.match(machine.machineId, /^[0-9a-f]{64}$/);
  assert.match(software.lockfileSha256!, /^[0-9a-f]{64}$/);
  assert.is(software.node, process.versions.node);
  const words = JSON.stringify({ machine, software }).split(/[^\w.-]+/);
  assert.not.ok(words.includes(hostname()));
  assert.not.ok(words.includes(userInfo().username));
});

test("children get one numerical thread, and nothing that slows their start or makes them ranks", () => {
  const own = {
    PATH: "/bin",
    OMP_NUM_THREADS: "8",
    NODE_EXTRA_CA_CERTS: "/x",
    NODE_OPTIONS: "--inspect",
    PMIX_RANK: "0",
    OMPI_COMM_WORLD_SIZE: "4",
    OMPI_ALLOW_RUN_AS_ROOT: "1",
  };
  assert.equal(childEnvironment(own), { PATH: "/bin", OMPI_ALLOW_RUN_AS_ROOT: "1", ...CHILD_SETTINGS });
  for (const name of ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"]) {
    assert.is(CHILD_SETTINGS[name], "1");
  }
});

test("every roof of the machine is a positive number, and a warm read is not slower than a cold one by much", async () => {
  const roofs = await measureMachine([process.execPath], childEnvironment(), systemClock);
  for (const name of [
    "readWarmMegabytesPerSecond",
    "pipeMegabytesPerSecond",
    "messageMicroseconds",
    "spawnMilliseconds",
  ] as const) {
    assert.ok(Number.isFinite(roofs[name]) && roofs[name]! > 0, name);
  }
  const cold = roofs.readColdMegabytesPerSecond;
  if (cold !== null) assert.ok(roofs.readWarmMegabytesPerSecond! > cold / 2);
});

test("small files are read again and again while warm, and hold too little to be timed cold", () =>
  withFolder(async (folder) => {
    const files = [1, 2, 3].map((name) => join(folder, String(name)));
    for (const file of files) writeFileSync(file, Buffer.alloc(50_000));
    const seconds = { now: 0 };
    // A clock that goes one second a look: the rate is what was read between two looks.
    const clock = { ...systemClock, nowSeconds: () => seconds.now++ };
    const roofs = await measureMachine(files, childEnvironment(), clock);
    const megabytes = roofs.readWarmMegabytesPerSecond!;
    assert.ok(megabytes >= 64 * 1.048576 && megabytes < 64 * 1.048576 + 0.15, String(megabytes));
    assert.is(roofs.readColdMegabytesPerSecond, null);
  }));

test("without a file there is no read rate, and nothing fails", async () => {
  const roofs = await measureMachine([], childEnvironment(), systemClock);
  assert.is(roofs.readWarmMegabytesPerSecond, null);
  assert.is(roofs.readColdMegabytesPerSecond, null);
});

test.run();
