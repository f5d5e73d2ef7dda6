package io.qbull.ingest.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.qbull.testing.Gzip;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GzipDecoderTest {
    private static final byte[] TEXT = "hello, hello, hello 🐂".repeat(20).getBytes(StandardCharsets.UTF_8);
    private static final byte[] HELLO = Gzip.of(TEXT);

    @Test
    void content_comes_out_as_it_was_however_the_body_is_cut() throws MalformedContent {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("GzipDecoderTest -Dseed=" + seed);
        Random random = new Random(seed);
        byte[] noise = new byte[50_000];
        random.nextBytes(noise);
        for (byte[] content : new byte[][] {new byte[0], {1}, TEXT, noise, new byte[1_000_000]}) {
            assertThat(decoded(Gzip.of(content), 1 << 16)).isEqualTo(content);
            assertThat(decoded(Gzip.of(content), 1)).isEqualTo(content);
            assertThat(decoded(Gzip.of(content), 1 + random.nextInt(100))).isEqualTo(content);
        }
    }

    @Test
    void several_members_are_one_content() throws MalformedContent {
        byte[] both = Gzip.joined(HELLO, Gzip.of(new byte[0]), HELLO);
        for (int cut : new int[] {1, 7, 100_000}) {
            assertThat(decoded(both, cut)).isEqualTo(Gzip.joined(TEXT, TEXT));
        }
    }

    @Test
    void every_part_of_a_header_is_skipped() throws MalformedContent {
        byte[] head = {0x1F, (byte) 0x8B, 8, 0x1F, 1, 2, 3, 4, 0, 3};
        byte[] extra = {3, 0, 'a', 'b', 'c'};
        byte[] names = "file.txt\0a comment\0".getBytes(StandardCharsets.US_ASCII);
        byte[] crc = {9, 9};
        byte[] whole = Gzip.joined(head, extra, names, crc, Arrays.copyOfRange(HELLO, 10, HELLO.length));

        assertThat(decoded(whole, 100_000)).isEqualTo(TEXT);
        assertThat(decoded(whole, 1)).isEqualTo(TEXT);
    }

    @Test
    void a_body_that_is_cut_off_anywhere_ends_too_early() {
        byte[] both = Gzip.joined(HELLO, HELLO);
        for (int length = 0; length < both.length; length++) {
            if (length != HELLO.length) {
                byte[] cut = Arrays.copyOf(both, length);
                assertThatThrownBy(() -> decoded(cut, 1000))
                        .as("of %d bytes", length)
                        .isInstanceOf(MalformedContent.class)
                        .hasMessage("ends too early");
            }
        }
    }

    @Test
    void a_damaged_body_is_found_out() {
        // The bytes before name time, flags for the content and system, which do not matter.
        for (int at = 10; at < HELLO.length; at++) {
            byte[] damaged = HELLO.clone();
            damaged[at] ^= 0x11;
            assertThatThrownBy(() -> decoded(damaged, 1000))
                    .as("at %d", at)
                    .isInstanceOf(MalformedContent.class)
                    .hasMessageMatching("is damaged.*|ends too early|is followed by something else");
        }
    }

    @ParameterizedTest
    @CsvSource({"plain text, is not gzip", "PK\u0003\u0004, is not gzip", "'', ends too early"})
    void what_is_not_gzip_is_said_to_be_none(String body, String reason) {
        assertThatThrownBy(() -> decoded(body.getBytes(StandardCharsets.ISO_8859_1), 3))
                .isInstanceOf(MalformedContent.class)
                .hasMessage(reason);
    }

    @Test
    void nothing_but_members_may_follow() {
        for (byte[] rest : new byte[][] {{0}, {'\n'}, "rest".getBytes(StandardCharsets.US_ASCII), {0x1F, 0}}) {
            assertThatThrownBy(() -> decoded(Gzip.joined(HELLO, rest), 1000))
                    .isInstanceOf(MalformedContent.class)
                    .hasMessage("is followed by something else");
        }
    }

    private static byte[] decoded(byte[] body, int cut) throws MalformedContent {
        GzipDecoder decoder = new GzipDecoder(false);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] piece = new byte[1000];
        try {
            for (int at = 0; at < body.length; at += cut) {
                decoder.give(Arrays.copyOfRange(body, at, Math.min(body.length, at + cut)));
                for (int count = decoder.read(piece); count > 0; count = decoder.read(piece)) {
                    out.write(piece, 0, count);
                }
            }
            decoder.end();
            return out.toByteArray();
        } finally {
            decoder.close();
        }
    }
}
