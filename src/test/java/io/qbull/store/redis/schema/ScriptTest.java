package io.qbull.store.redis.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.qbull.testing.RedisExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("redis")
class ScriptTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final List<Script> OF_AN_OWNER = List.of(
            Script.RENEW,
            Script.RELEASE,
            Script.HANDOVER,
            Script.FETCH,
            Script.COMMIT,
            Script.FAIL,
            Script.BURY,
            Script.ADVANCE,
            Script.HELD,
            Script.MEND,
            Script.TIE,
            Script.SUSPECT,
            Script.ATTEND,
            Script.UNPACK,
            Script.TIDY,
            Script.PROMOTE,
            Script.PAGE,
            Script.PAGE_HELD,
            Script.PAGE_DELAYED,
            Script.MOVED);
    /** Scripts that must work when Redis is full. */
    private static final List<Script> DRAINING = List.of(
            Script.ACQUIRE,
            Script.RENEW,
            Script.RELEASE,
            Script.HANDOVER,
            Script.WANT,
            Script.PEEK,
            Script.COMMIT,
            Script.FAIL,
            Script.BURY,
            Script.ADVANCE,
            Script.MEND,
            Script.TIE,
            Script.SUSPECT,
            Script.ATTEND,
            Script.UNPACK,
            Script.TIDY,
            Script.PROMOTE,
            Script.REGISTER,
            Script.PRUNE,
            Script.PAUSE,
            Script.RESUME,
            Script.DELETING,
            Script.SEAL,
            Script.RESTORE,
            Script.OPEN,
            Script.CURRENT,
            Script.START,
            Script.PAGE,
            Script.PAGE_HELD,
            Script.PAGE_DELAYED,
            Script.COPY,
            Script.COPY_DELAYED,
            Script.MOVED,
            Script.PASS,
            Script.CLAIM,
            Script.REROUTE,
            Script.RETIRE);

    private static final Pattern WRITE = Pattern.compile(
            "redis\\.p?call\\('(PERSIST|HSET|HSETNX|HDEL|XADD|XDEL|SET|ZADD|ZREM|ZREMRANGEBYLEX|PEXPIRE|DEL)'");

    @ParameterizedTest
    @EnumSource
    void the_header_declares_what_the_enum_declares(Script script) throws IOException {
        String source = Files.readString(Path.of("src/main/resources" + script.file()));
        assertThat(declared(source, "KEYS")).isEqualTo(script.keys());
        assertThat(declared(source, "ARGV")).isEqualTo(script.args());
        assertThat(source)
                .containsPattern("^-- [A-Z].*\\.")
                .contains("\n-- Returns: ")
                .contains("\n-- Epoch: ");
        assertThat(source.lines().count()).isLessThan(150);
    }

    @ParameterizedTest
    @EnumSource
    void a_real_server_knows_the_script_by_the_same_sha(Script script) {
        assertThat(REDIS.resp().text("SCRIPT", "LOAD", script.source())).isEqualTo(script.sha());
    }

    @ParameterizedTest
    @EnumSource
    void every_key_in_use_is_passed_in(Script script) {
        // Redis 6.2 cannot read a first line with flags, and a key that is not declared breaks in a cluster.
        assertThat(script.source()).doesNotContain("#!").doesNotContainPattern("call\\('(?!MEMORY)[A-Z]+', *['\"]");
    }

    @ParameterizedTest
    @EnumSource
    void the_first_write_is_allowed_or_refused_on_purpose_when_redis_is_full(Script script) {
        Matcher write = WRITE.matcher(script.source());
        if (DRAINING.contains(script)) {
            assertThat(write.find()).isTrue();
            assertThat(write.group(1)).isEqualTo("PERSIST");
        } else if (write.find()) {
            assertThat(write.group(1))
                    .isIn(
                            switch (script) {
                                case DISCARD -> Set.of("ZREM");
                                case CANCEL -> Set.of("HDEL");
                                case NOTE -> Set.of("PEXPIRE");
                                case CLOSE_WINDOW -> Set.of("HSETNX");
                                default -> Set.of("SET", "XADD", "HSET");
                            });
        }
    }

    @Test
    void every_script_of_an_owner_says_what_it_compares() {
        assertThat(OF_AN_OWNER)
                .allSatisfy(script -> assertThat(script.source())
                        .containsPattern("-- Epoch: owner and epoch (of each lease )?must be equal"));
    }

    @Test
    void every_file_has_its_constant() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/main/resources/io/qbull/lua"))) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(Stream.of(Script.values())
                            .map(script -> script.name().toLowerCase(Locale.ROOT) + ".lua")
                            .toList());
        }
    }

    /** What a part did would be done by scripts that do not need it, too. */
    @Test
    void parts_of_scripts_are_functions_that_change_nothing_and_are_in_use() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/main/resources/io/qbull/lua/part"))) {
            for (Path part : files.toList()) {
                String functions = Files.readString(part);
                assertThat(WRITE.matcher(functions).find()).as("%s", part).isFalse();
                assertThat(Script.values())
                        .as("%s", part)
                        .anyMatch(script -> script.source().contains(functions));
            }
        }
    }

    @Test
    void a_wrong_number_of_keys_or_arguments_never_leaves() {
        Script.RENEW.check(3, 22);
        Script.ENQUEUE.check(9, 21);
        Script.PEEK.check(7, 0);
        Script.PAGE_HELD.check(6, 6);
        Script.PAGE_HELD.check(6, 10);
        assertThatIllegalArgumentException().isThrownBy(() -> Script.RENEW.check(3, 21));
        assertThatIllegalArgumentException().isThrownBy(() -> Script.RENEW.check(0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> Script.PAGE_HELD.check(6, 7));
        assertThatIllegalArgumentException().isThrownBy(() -> Script.PAGE_HELD.check(6, 5));
        assertThatIllegalArgumentException().isThrownBy(() -> Script.COMMIT.check(3, 2));
        assertThatIllegalArgumentException().isThrownBy(() -> Script.ENQUEUE.check(9, 20));
        assertThatIllegalArgumentException().isThrownBy(() -> Script.ACQUIRE.check(2, 3));
    }

    private static String declared(String source, String what) {
        Matcher line = Pattern.compile("^-- " + what + " ([^:]+): \\S", Pattern.MULTILINE)
                .matcher(source);
        assertThat(line.find()).as("header line %s", what).isTrue();
        return line.group(1);
    }
}
