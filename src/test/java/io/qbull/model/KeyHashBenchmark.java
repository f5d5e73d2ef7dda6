package io.qbull.model;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The time of a key's hash, beside that of a checksum which the processor computes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class KeyHashBenchmark {
    /** How many characters the key has. */
    @Param({"12", "100"})
    public int length;

    private String key = "";

    /** Makes the key. */
    @Setup
    public void make() {
        key = "5".repeat(length);
    }

    /** The default. */
    @Benchmark
    public long xxh64() {
        return KeyHash.XXH64.hash(key);
    }

    /** That of the original QBull. */
    @Benchmark
    public long python() {
        return KeyHash.QBULL_PYTHON.hash(key);
    }

    /** What the others are measured by. */
    @Benchmark
    public long baseline() {
        CRC32C checksum = new CRC32C();
        checksum.update(key.getBytes(StandardCharsets.UTF_8));
        return checksum.getValue();
    }
}
