/** A keyspace with every type in every encoding, and sizes on both sides of where encodings change. */
export function fillWithEverything(run: (...words: (string | number)[]) => unknown, size = 700): void {
  run("SET", "text", "hello");
  run("SET", "empty", "");
  run("SET", "small", 7);
  run("SET", "negative", -30_000);
  run("SET", "word", 2_000_000_000);
  run("SET", "beyond a double", "9223372036854775807");
  run("SET", "zeros", "007");
  run("SET", "compressible", "abc".repeat(size));
  run("SET", "bytes", "\x00\xff\r\n\x80");
  run("APPEND", "large", "0123456789abcdef".repeat(2000));
  run("SET", "\x00key\xff", "binary");
  run("SET", "expires", "x", "PX", 1_000_000);
  run("RPUSH", "short list", "a", 1, -70_000, "12345678901234567890", "");
  for (let i = 0; i < size; i++) run("RPUSH", "long list", `element ${i}`);
  run("RPUSH", "list of giants", "x".repeat(9000), "y", "z".repeat(20_000));
  run("SADD", "integers", 1, -2, 300);
  run("SADD", "wide integers", 1, "-9223372036854775808", "9223372036854775807");
  run("SADD", "short set", "a", "b", 3);
  for (let i = 0; i < size; i++) run("SADD", "large set", `member ${i}`);
  run("HSET", "short hash", "f", "v", "n", 42, "", "");
  for (let i = 0; i < size; i++) run("HSET", "large hash", `field ${i}`, i);
  run("EXPIRE", "large hash", 5000);
  run("ZADD", "short zset", 1, "a", 2.5, "b", "-inf", "c", "+inf", "d", "-0.125", "e");
  for (let i = 0; i < size; i++) run("ZADD", "large zset", i / 4, `member ${i}`);
  for (let i = 0; i < size; i++) run("XADD", "stream", `${1000 + (i >> 1)}-${i}`, "f", i, "g", "same");
  run("XADD", "stream", "5000-1", "other", "fields", "than", "before");
  run("XDEL", "stream", "1003-6", "1003-7");
  run("XGROUP", "CREATE", "stream", "readers", "1000-0");
  run("XGROUP", "CREATE", "stream", "idle", "$");
  run("XREADGROUP", "GROUP", "readers", "alice", "COUNT", 5, "STREAMS", "stream", ">");
  run("XREADGROUP", "GROUP", "readers", "bob", "COUNT", 2, "STREAMS", "stream", ">");
  run("XACK", "stream", "readers", "1001-2");
  run("XADD", "huge ids", "18446744073709551614-18446744073709551615", "f", "v");
  run("SELECT", 3);
  run("SET", "elsewhere", "db3");
  run("SELECT", 0);
}
