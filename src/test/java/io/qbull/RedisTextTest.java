package io.qbull;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.Segment;
import io.qbull.store.redis.schema.Keys;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Only {@code store.redis} spells the names of keys and speaks Lua. Reads the string literals of the sources. */
class RedisTextTest {
    private static final Path SOURCES = Path.of("src/main/java/io/qbull");
    /** Comments and characters come first, so that a quote in one of them begins no literal. */
    private static final Pattern TOKEN = Pattern.compile(
            "/\\*.*?\\*/|//[^\\n]*|'(?:[^'\\\\]|\\\\.)+'|\"\"\"(.*?)\"\"\"|\"((?:[^\"\\\\\\n]|\\\\.)*)\"",
            Pattern.DOTALL);

    private static final Pattern LUA = Pattern.compile("redis\\.p?call|\\.lua\\b|\\bKEYS\\[|\\bARGV\\[");
    /** A cluster tag in braces with a name or a placeholder in it, or one that is put together. */
    private static final Pattern TAG = Pattern.compile("\\{[^{} ]*}:[a-z%]|\\{%s|^\\{$|^}:");

    @Test
    void only_the_redis_store_contains_lua() throws IOException {
        assertThat(elsewhere(LUA)).isEmpty();
    }

    @Test
    void only_the_redis_store_spells_the_name_of_a_key() throws Exception {
        assertThat(elsewhere(TAG)).isEmpty();
        assertThat(elsewhere(Pattern.compile("qbull:(queues|announce)\\b"))).isEmpty();
        assertThat(elsewhere(suffixes())).isEmpty();
    }

    @Test
    void the_patterns_find_what_they_are_for() throws Exception {
        assertThat(literals("a = \"{\" + queue + \"}:windows\"; // \"not this\""))
                .containsExactly("{", "}:windows");
        assertThat(Stream.of("{", "}:windows", "{%s:%d}:dead", "{}:layout", "{Q}:pods"))
                .allMatch(TAG.asPredicate());
        assertThat(Stream.of(":lease", ":held:jobs", "Q:dead", "x:call:"))
                .allMatch(suffixes().asPredicate());
        assertThat(Stream.of("/dead", "queue={} held key={}: {}", "camel:deadline"))
                .noneMatch(suffixes().asPredicate());
        assertThat(LUA.matcher(Files.readString(Path.of("src/main/resources/io/qbull/lua/commit.lua")))
                        .find())
                .isTrue();
    }

    /** What follows the tag in the names of all keys, read from {@link Keys} itself. */
    private static Pattern suffixes() throws ReflectiveOperationException {
        QueueName queue = new QueueName("Q");
        Map<Class<?>, Object> samples = Map.of(
                QueueName.class,
                queue,
                PartitionId.class,
                new PartitionId(queue, 0),
                Segment.class,
                new Segment(2, 1),
                String.class,
                "");
        List<String> found = new ArrayList<>();
        for (Method method : Keys.class.getDeclaredMethods()) {
            if (method.getReturnType() == String.class && !method.isSynthetic()) {
                method.setAccessible(true);
                Object[] arguments = Arrays.stream(method.getParameterTypes())
                        .map(samples::get)
                        .toArray();
                String name = (String) method.invoke(null, arguments);
                String suffix = name.replaceFirst("^.*}:?|^[^{]*$", "").replaceFirst(":$", "");
                if (!suffix.isEmpty()) {
                    found.add(Pattern.quote(suffix));
                }
            }
        }
        assertThat(found).hasSizeGreaterThan(15);
        return Pattern.compile(":(" + String.join("|", found) + ")(?![\\w-])");
    }

    private static List<String> elsewhere(Pattern pattern) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(SOURCES)) {
            files = all.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.startsWith(SOURCES.resolve("store/redis")))
                    .toList();
        }
        assertThat(files).hasSizeGreaterThan(100);
        List<String> found = new ArrayList<>();
        for (Path file : files) {
            for (String literal : literals(Files.readString(file))) {
                if (pattern.matcher(literal).find()) {
                    found.add(file + ": " + literal);
                }
            }
        }
        return found;
    }

    private static List<String> literals(String source) {
        List<String> literals = new ArrayList<>();
        Matcher token = TOKEN.matcher(source);
        while (token.find()) {
            String literal = token.group(1) != null ? token.group(1) : token.group(2);
            if (literal != null) {
                literals.add(literal);
            }
        }
        return literals;
    }
}
