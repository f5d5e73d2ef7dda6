package io.qbull.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.store.redis.schema.Script;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.RedisState;
import io.qbull.testing.Resp;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever Redis refuses of a script, nothing is half done, and a repeat does the whole. Redis itself takes nothing back when a command of
 * a script is refused: rights may be taken away while pods run.
 */
@Tag("redis")
class WholeScriptsTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final Pattern COMMAND = Pattern.compile("redis\\.p?call\\('([A-Z]+)'");
    /** A script does without these; what they do is a hint, or has another bound. */
    private static final Set<String> DISPENSABLE = Set.of("PUBLISH", "MEMORY");
    /** Times, and what is made of them: epochs and ids of entries. */
    private static final Pattern TIMES = Pattern.compile("(?<!\\d)1\\d{12}(\\d{3})?(-\\d+)?(?!\\d)");

    private static final Pattern RUN = Pattern.compile("Tx(\\d+)");

    private Resp resp;
    private Resp limited;
    private ScriptCalls calls;

    @BeforeEach
    void connect() {
        resp = REDIS.resp();
        resp.call("ACL", "SETUSER", "limited", "reset", "on", ">pw", "~*", "&*", "+@all");
        limited = REDIS.resp();
        limited.call("AUTH", "limited", "pw");
        calls = new ScriptCalls(resp);
    }

    @AfterEach
    void clear() {
        resp.call("CONFIG", "SET", "maxmemory", "0");
        resp.call("ACL", "DELUSER", "limited");
        resp.call("FLUSHALL");
    }

    @ParameterizedTest
    @EnumSource
    void a_missing_right_leaves_nothing_half_done_and_a_repeat_does_the_whole(Script script) {
        Set<String> refused = new TreeSet<>();
        for (ScriptCalls.Call call : calls.of(script)) {
            prepare(call);
            String before = state();
            call.run(resp);
            String after = state();
            for (String command : commands(script)) {
                prepare(call);
                resp.call("ACL", "SETUSER", "limited", "-" + command);
                boolean whole = runs(call, limited);
                if (!whole) {
                    refused.add(command);
                    assertThat(state())
                            .as("%s without %s", call.name(), command)
                            .isEqualTo(before);
                }
                resp.call("ACL", "SETUSER", "limited", "+" + command);
                if (!whole) {
                    call.run(limited);
                }
                assertThat(state()).as("%s after %s", call.name(), command).isEqualTo(after);
            }
        }
        Set<String> necessary = commands(script);
        necessary.removeAll(DISPENSABLE);
        assertThat(refused).as("each command was refused once").isEqualTo(necessary);
    }

    @ParameterizedTest
    @EnumSource
    void a_full_redis_leaves_nothing_half_done_and_a_repeat_does_the_whole(Script script) {
        for (ScriptCalls.Call call : calls.of(script)) {
            prepare(call);
            String before = state();
            call.run(resp);
            String after = state();
            prepare(call);
            resp.call("CONFIG", "SET", "maxmemory", "1");
            boolean answered = runs(call, resp);
            String full = state();
            resp.call("CONFIG", "SET", "maxmemory", "0");
            if (!answered || full.equals(before)) {
                assertThat(full).as(call.name()).isEqualTo(before);
                call.run(resp);
            }
            assertThat(state()).as(call.name()).isEqualTo(after);
        }
    }

    private void prepare(ScriptCalls.Call call) {
        resp.call("FLUSHALL");
        calls.seed();
        call.before().run();
    }

    private static boolean runs(ScriptCalls.Call call, Resp connection) {
        try {
            call.run(connection);
            return true;
        } catch (Resp.ErrorReply refused) {
            return false;
        }
    }

    private static Set<String> commands(Script script) {
        return COMMAND.matcher(script.source())
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** All data, and which keys will expire, without times. */
    private String state() {
        StringBuilder state = new StringBuilder();
        RedisState.read(resp)
                .forEach((key, value) -> state.append(key)
                        .append(resp.number("PTTL", key) > 0 ? " expires " : " stays ")
                        .append(value)
                        .append(System.lineSeparator()));
        // Ids of one call that follow each other are written as a run, unless the millisecond ends between them.
        return RUN.matcher(TIMES.matcher(state).replaceAll("T"))
                .replaceAll(run -> "T" + " T".repeat(Integer.parseInt(run.group(1)) - 1));
    }
}
