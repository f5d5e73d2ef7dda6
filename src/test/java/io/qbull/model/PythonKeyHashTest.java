package io.qbull.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares with the results of Python 3.11; {@code src/test/python/interop.py} writes the files. */
class PythonKeyHashTest {
    @Test
    void a_key_has_the_same_repr_as_in_python() {
        assertThat(PythonRepr.of("573205104418")).isEqualTo("'573205104418'");
        assertThat(PythonRepr.of("Zoë 日本 😀")).isEqualTo("'Zoë 日本 😀'");
        assertThat(PythonRepr.of("O'Neil")).isEqualTo("\"O'Neil\"");
        assertThat(PythonRepr.of("\"x\"")).isEqualTo("'\"x\"'");
        assertThat(PythonRepr.of("'\"")).isEqualTo("'\\'\"'");
        assertThat(PythonRepr.of("a\\b")).isEqualTo("'a\\\\b'");
        assertThat(PythonRepr.of("\t\n\r")).isEqualTo("'\\t\\n\\r'");
        assertThat(PythonRepr.of("\0\u007f\u0085\u00ad")).isEqualTo("'\\x00\\x7f\\x85\\xad'");
        assertThat(PythonRepr.of("\u2028\u0378")).isEqualTo("'\\u2028\\u0378'");
        assertThat(PythonRepr.of("\uDB40\uDC01")).isEqualTo("'\\U000e0001'");
        assertThat(PythonRepr.of("\uD83D")).isEqualTo("'\\ud83d'");
    }

    @ParameterizedTest
    @MethodSource("named")
    void a_key_hashes_as_in_python(String line) throws IOException {
        int blank = line.indexOf(' ');
        String key = new ObjectMapper().readValue(line.substring(blank + 1), String.class);
        assertThat(hash(key)).isEqualTo(line.substring(0, blank));
    }

    static List<String> named() throws IOException {
        return lines("python-named-keys.txt");
    }

    @Test
    void ten_thousand_random_keys_hash_as_in_python() throws IOException {
        List<String> expected = lines("python-random-keys.txt");
        assertThat(expected).hasSize(10_000);
        RandomKeys keys = new RandomKeys();
        for (int i = 0; i < expected.size(); i++) {
            String key = keys.next();
            assertThat(hash(key)).as("key %d: %s", i, PythonRepr.of(key)).isEqualTo(expected.get(i));
        }
    }

    @Test
    void every_unicode_character_hashes_as_in_python() throws IOException {
        List<String> actual = new ArrayList<>();
        for (int first = 0; first <= Character.MAX_CODE_POINT; first += 0x1000) {
            StringBuilder key = new StringBuilder();
            for (int code = first; code < first + 0x1000; code++) {
                if (!surrogate(code)) {
                    key.appendCodePoint(code);
                }
            }
            actual.add(hash(key.toString()));
        }
        assertThat(actual).isEqualTo(lines("python-all-characters.txt"));
    }

    private static String hash(String key) {
        return "%016x".formatted(KeyHash.QBULL_PYTHON.hash(key));
    }

    private static boolean surrogate(int code) {
        return code >= Character.MIN_SURROGATE && code <= Character.MAX_SURROGATE;
    }

    private static List<String> lines(String file) throws IOException {
        try (InputStream text = Objects.requireNonNull(PythonKeyHashTest.class.getResourceAsStream(file), file)) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
    }

    /** The same keys as in the script. */
    private static final class RandomKeys {
        private static final int[] BOUNDS = {0, 0, 0, 0x80, 0x100, 0x3000, 0x10000, 0x110000};
        private long state;

        String next() {
            StringBuilder key = new StringBuilder();
            for (int left = 4 + below(12); left > 0; left--) {
                int kind = below(8);
                int code = switch (kind) {
                    case 0 -> 0x30 + below(10);
                    case 1 -> 0x20 + below(0x5F);
                    case 2 -> "'\"\\".charAt(below(3));
                    default -> below(BOUNDS[kind]);
                };
                if (!surrogate(code)) {
                    key.appendCodePoint(code);
                }
            }
            return key.toString();
        }

        private int below(int bound) {
            state = state * 6364136223846793005L + 1442695040888963407L;
            return (int) ((state >>> 33) % bound);
        }
    }
}
