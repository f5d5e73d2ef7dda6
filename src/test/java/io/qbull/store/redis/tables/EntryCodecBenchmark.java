package io.qbull.store.redis.tables;

import io.qbull.model.Entry;
import io.qbull.store.redis.client.Reply;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The time of an entry between the reply to a fetch and its job, beside that of unpacking the reply alone. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EntryCodecBenchmark {
    private static final int ENTRIES = 64;

    /** How many bytes the body has; at most 255. */
    @Param({"30", "100", "255"})
    public int body;

    private Reply page = new Reply("", List.of());

    /** Packs a page as {@code fetch} does. */
    @Setup
    public void pack() {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        packed.writeBytes(new byte[] {(byte) 0xdc, 0, ENTRIES});
        for (int i = 0; i < ENTRIES; i++) {
            packed.write(0x93);
            text(packed, "1700000000000-" + i);
            packed.write(0x98);
            List.of("id", "01J9ZQ5W7T8N4X2C6V0B3M1K" + (i + 10), "key", "customer" + i, "ts", "1700000000000", "body")
                    .forEach(each -> text(packed, each));
            text(packed, "x".repeat(body));
            text(packed, EntryCodec.NO_ATTEMPTS);
        }
        page = new Reply("fetch", List.of(packed.toByteArray()));
    }

    private static void text(ByteArrayOutputStream packed, String text) {
        packed.write(0xd9);
        packed.write(text.length());
        packed.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** An entry of a page. */
    @Benchmark
    @OperationsPerInvocation(ENTRIES)
    public List<Entry> decode() {
        List<Entry> entries = new ArrayList<>(ENTRIES);
        for (Reply entry : page.packed(0).lists()) {
            entries.add(EntryCodec.decode(entry.text(0), entry.list(1), entry.text(2)));
        }
        return entries;
    }

    /** What the other is measured by. */
    @Benchmark
    @OperationsPerInvocation(ENTRIES)
    public Reply baseline() {
        return page.packed(0);
    }
}
