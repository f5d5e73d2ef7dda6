package io.qbull.ingest.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.ingest.record.BulkRecord;
import io.qbull.ingest.record.JsonRecords;
import io.qbull.ingest.record.LineSplitter;
import io.qbull.ingest.record.RefusedRecord;
import io.qbull.testing.Mutations;
import io.qbull.testing.Size;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Whatever a bulk request brings, each line is a record or is refused, and where the network cuts it makes no difference.
 * {@code -Dseed=N} replays, {@code -Dinputs=N} tries more.
 */
class NdjsonFuzzTest {
    private static final int INPUTS = Size.of("ndjsonFuzz.inputs", 10_000, 200_000);
    private static final int LONGEST_LINE = 200;
    /** Stands in every text of a seed: no reason may repeat it. */
    private static final String CONTENT = "c0nt3nt";

    private static final List<byte[]> SEEDS = Stream.concat(
                    bytes(
                            "{\"key\":\"c0nt3nt\",\"body\":\"c0nt3nt\",\"id\":\"c0nt3nt\"}\n{\"to\":17,\"x\":[1.5,{\"y\":null}]}\r\n",
                            "{\"key\":\"c0nt3nt\",\"body\":{\"a\":[true,\"\\ud83d\\ude00\"]}}\n\n  \n[]\n",
                            "{\"body\":\"c0nt3nt\",\"key\":1}\n{\"key\":\"k\",\"body\":\"é😀\",\"at\":1}\n{\"key\":\"k\",\"key\":\"l\"}")
                            .stream(),
                    encoded("{\"key\":\"c0nt3nt\",\"body\":[\"c0nt3nt\"]}\n{\"to\":17,\"x\":1}\n"))
            .toList();
    private static final List<byte[]> PIECES = bytes(
            "\n",
            "\r\n",
            "\r",
            "\"",
            "\\",
            "\\u12",
            "\\ud83d",
            "{",
            "}",
            "[[[[[[[[[[[[",
            ":",
            ",",
            "null",
            "NaN",
            "1e999999999",
            "-",
            "\u0000",
            "\ufeff",
            "é",
            "😀",
            "key",
            "body",
            "id",
            "delay",
            "c0nt3nt",
            "9".repeat(1200),
            "x".repeat(LONGEST_LINE));

    private final JsonRecords records = new JsonRecords(List.of("key", "to"), 10);

    @Test
    void each_line_is_a_record_or_refused_wherever_the_input_is_cut() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("NdjsonFuzzTest -Dseed=" + seed);
        Random random = new Random(seed);
        Mutations mutations = new Mutations(random, PIECES);
        int taken = 0;
        int refused = 0;
        for (int i = 0; i < INPUTS; i++) {
            byte[] input = random.nextInt(8) == 0
                    ? mutations.noise(400)
                    : mutations.of(SEEDS.get(random.nextInt(SEEDS.size())));
            String which =
                    "input " + i + " of seed " + seed + ": " + HexFormat.of().formatHex(input);
            try {
                List<String> whole = ends(input, false, input.length + 1, random);
                assertThat(ends(input, false, 1, random)).as(which).isEqualTo(whole);
                assertThat(ends(input, false, 0, random)).as(which).isEqualTo(whole);
                assertThat(lines(input)).as(which).isEqualTo(whole.size());
                List<String> quoted = ends(input, true, input.length + 1, random);
                assertThat(ends(input, true, 0, random)).as(which).isEqualTo(quoted);
                for (String end : whole) {
                    if (end.contains("refused")) {
                        refused++;
                        assertThat(end).as(which).matches("[ -~]{5,200}").doesNotContain(CONTENT, "Exception");
                    } else {
                        taken++;
                    }
                }
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError(which, e);
            }
        }
        assertThat(taken).isGreaterThan(INPUTS / 10);
        assertThat(refused).isGreaterThan(INPUTS / 10);
    }

    /**
     * @param chunk bytes that come together; 0 = at random
     * @return what became of each line
     */
    private List<String> ends(byte[] input, boolean quotes, int chunk, Random random) {
        List<String> ends = new ArrayList<>();
        LineSplitter splitter = new LineSplitter(LONGEST_LINE, quotes, new LineSplitter.Sink() {
            @Override
            public void line(long number, long offset, byte[] line) {
                ends.add(number + " " + offset + " " + end(line));
            }

            @Override
            public void tooLong(long number, long offset, long bytes) {
                ends.add(number + " " + offset + " refused: " + bytes + " bytes");
            }
        });
        int at = 0;
        while (at < input.length) {
            int next = Math.min(input.length, at + (chunk == 0 ? random.nextInt(30) : chunk));
            splitter.take(input, at, next);
            assertThat(splitter.buffered()).isLessThanOrEqualTo(1 << 12);
            at = next;
        }
        splitter.end();
        return ends;
    }

    private String end(byte[] line) {
        try {
            BulkRecord record = records.read(line);
            return record.key() + " " + record.id() + " " + record.contentType() + " " + Arrays.toString(record.body());
        } catch (RefusedRecord e) {
            return "refused: " + e.reason();
        }
    }

    /** Counted in another way than {@link LineSplitter} does. */
    private static int lines(byte[] input) {
        String text = new String(input, StandardCharsets.ISO_8859_1);
        int ends = (int) text.chars().filter(c -> c == '\n').count();
        return text.isEmpty() || text.endsWith("\n") ? ends : ends + 1;
    }

    /** What the parser would take for UTF-16 or UTF-32. */
    private static Stream<byte[]> encoded(String text) {
        return Stream.of("UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32LE", "UTF-32BE")
                .map(encoding -> text.getBytes(Charset.forName(encoding)));
    }

    private static List<byte[]> bytes(String... texts) {
        return Stream.of(texts)
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }
}
