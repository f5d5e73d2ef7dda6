package io.qbull.ingest.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

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
    void a_line_of_the_longest_length_is_taken_and_a_longer_one_is_reported() {
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
    void a_quote_opens_only_at_the_start_of_a_cell() {
        assertThat(split(20, true, "1,5\" pipe\n2,h\n")).containsExactly("1@0=1,5\" pipe", "2@10=2,h");
        assertThat(split(20, true, "a \"b\",\"c\n\"\nd")).containsExactly("1@0=a \"b\",\"c\n\"", "3@11=d");
        assertThat(split(20, true, "\"a\"b\"\nc")).containsExactly("1@0=\"a\"b\"", "2@6=c");
        assertThat(split(20, true, "x\n\"a\nb\"")).containsExactly("1@0=x", "2@2=\"a\nb\"");
    }

    @Test
    void a_quote_right_after_a_closing_quote_opens_again() {
        assertThat(split(20, true, "\"a\"\"\nb\"\nc")).containsExactly("1@0=\"a\"\"\nb\"", "3@8=c");
        assertThat(split(20, true, "\"\"\"\n\"\"\"\nc")).containsExactly("1@0=\"\"\"\n\"\"\"", "3@8=c");
        assertThat(split(20, true, "\"\",\"\"\nc")).containsExactly("1@0=\"\",\"\"", "2@6=c");
    }

    @Test
    void a_byte_order_mark_stands_before_the_first_cell() {
        assertThat(split(20, true, "\uFEFF\"a\nb\"\nc")).containsExactly("1@0=\uFEFF\"a\nb\"", "3@9=c");
        assertThat(split(20, true, "x\n\uFEFF\"a\nb")).containsExactly("1@0=x", "2@2=\uFEFF\"a", "3@8=b");
    }

    @Test
    void a_sink_that_throws_leaves_nothing_of_its_line_behind() {
        LineSplitter splitter = new LineSplitter(100, true, new LineSplitter.Sink() {
            @Override
            public void line(long number, long offset, byte[] line) {
                new Notes().line(number, offset, line);
                if (line[0] == '"') {
                    throw new IllegalStateException("bad");
                }
            }

            @Override
            public void tooLong(long number, long offset, long bytes) {}
        });
        byte[] bad = "\"bad\"\n".getBytes(StandardCharsets.UTF_8);
        assertThatIllegalStateException().isThrownBy(() -> splitter.take(bad, 0, bad.length));

        splitter.take("ok\n".getBytes(StandardCharsets.UTF_8), 0, 3);

        assertThat(found).containsExactly("1@0=\"bad\"", "2@6=ok");
    }

    @Test
    void the_memory_of_a_long_line_is_released_at_its_end() {
        LineSplitter splitter = new LineSplitter(1 << 21, false, new Notes());
        byte[] chunk = new byte[1 << 20];
        splitter.take(chunk, 0, chunk.length);
        assertThat(splitter.buffered()).isGreaterThanOrEqualTo(1 << 20);

        splitter.take("\na".getBytes(StandardCharsets.UTF_8), 0, 2);

        assertThat(splitter.buffered()).isLessThanOrEqualTo(1 << 16);
    }

    @Test
    void a_very_long_line_is_not_buffered() {
        LineSplitter splitter = new LineSplitter(100, false, new Notes());
        byte[] chunk = new byte[1 << 20];
        // More bytes than an int can count.
        int chunks = 2_050;
        for (int i = 0; i < chunks; i++) {
            splitter.take(chunk, 0, chunk.length);
        }
        splitter.take("\nok\n".getBytes(StandardCharsets.UTF_8), 0, 4);
        assertThat(found)
                .containsExactly(
                        "1@0 too long: " + (long) chunks * chunk.length,
                        "2@" + ((long) chunks * chunk.length + 1) + "=ok");
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
