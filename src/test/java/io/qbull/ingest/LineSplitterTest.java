package io.qbull.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LineSplitterTest {
    private final List<String> found = new ArrayList<>();

    private final class Notes implements LineSplitter.Sink {
        @Override
        public void line(long number, long offset, byte[] line) {
            found.add(number + "@" + offset + "=" + new String(line, StandardCharsets.UTF_8));
        }

        @Override
        public void tooLong(long number, long offset, long bytes) {
            found.add(number + "@" + offset + " too long: " + bytes);
        }
    }

    private List<String> split(int longest, boolean quotes, String text) {
        return split(longest, quotes, text, text.length());
    }

    private List<String> split(int longest, boolean quotes, String text, int chunk) {
        found.clear();
        LineSplitter splitter = new LineSplitter(longest, quotes, new Notes());
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at < bytes.length; at += chunk) {
            splitter.take(bytes, at, Math.min(bytes.length, at + chunk));
        }
        splitter.end();
        return List.copyOf(found);
    }

    @Test
    void lines_end_with_lf_or_crlf_or_the_stream() {
        assertThat(split(10, false, "a\nbc\r\n\nd")).containsExactly("1@0=a", "2@2=bc", "3@6=", "4@7=d");
        assertThat(split(10, false, "a\n")).containsExactly("1@0=a");
        assertThat(split(10, false, "")).isEmpty();
        assertThat(split(10, false, "\r\r\n\r")).containsExactly("1@0=\r", "2@3=");
    }

    @Test
    void a_line_of_just_the_length_is_taken_and_a_longer_one_is_told_with_its_length() {
        assertThat(split(3, false, "abc\nabcd\nabc\r\nabcd\r\nx"))
                .containsExactly("1@0=abc", "2@4 too long: 4", "3@9=abc", "4@14 too long: 5", "5@20=x");
    }

    @Test
    void line_ends_in_quotes_belong_to_the_line() {
        assertThat(split(20, true, "a,\"b\nc\"\nd\n\"e\"\"\nf\"\n"))
                .containsExactly("1@0=a,\"b\nc\"", "3@8=d", "4@10=\"e\"\"\nf\"");
        assertThat(split(20, false, "a,\"b\nc\"\n")).containsExactly("1@0=a,\"b", "2@5=c\"");
    }

    @Test
    void a_very_long_line_is_not_held() {
        LineSplitter splitter = new LineSplitter(100, false, new Notes());
        byte[] chunk = new byte[1 << 20];
        for (int i = 0; i < 3_000; i++) {
            splitter.take(chunk, 0, chunk.length);
        }
        splitter.take("\nok\n".getBytes(StandardCharsets.UTF_8), 0, 4);
        assertThat(found)
                .containsExactly("1@0 too long: " + 3_000L * (1 << 20), "2@" + (3_000L * (1 << 20) + 1) + "=ok");
    }

    @Test
    void how_the_bytes_arrive_changes_nothing() {
        long seed = Long.getLong("seed", new Random().nextLong());
        Random random = new Random(seed);
        for (int run = 0; run < 500; run++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(60); i > 0; i--) {
                text.append("ab\n\r\",é".charAt(random.nextInt(7)));
            }
            int longest = random.nextInt(8);
            boolean quotes = random.nextBoolean();
            List<String> whole = split(longest, quotes, text.toString(), 1_000);
            for (int chunk = 1; chunk < 9; chunk++) {
                assertThat(split(longest, quotes, text.toString(), chunk))
                        .as("-Dseed=" + seed)
                        .isEqualTo(whole);
            }
        }
    }
}
