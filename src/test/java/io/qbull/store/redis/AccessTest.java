package io.qbull.store.redis;

import static io.qbull.store.redis.Seed.ME;
import static io.qbull.store.redis.Seed.OTHER;
import static io.qbull.store.redis.Seed.P;
import static io.qbull.store.redis.Seed.QUEUE;
import static io.qbull.store.redis.Seed.newJob;
import static io.qbull.testing.Waiting.failure;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import io.qbull.config.RedisSettings;
import io.qbull.model.Capacity;
import io.qbull.model.EntryId;
import io.qbull.model.FileClaim;
import io.qbull.model.JobPlace;
import io.qbull.model.KeyHash;
import io.qbull.model.Lease;
import io.qbull.model.LogCursor;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.model.SourceId;
import io.qbull.model.StreamId;
import io.qbull.store.HeldJobs.Advance;
import io.qbull.store.HeldJobs.Parked;
import io.qbull.store.HeldJobs.Parking;
import io.qbull.store.JobLog;
import io.qbull.store.JobLog.Verdict;
import io.qbull.store.LayoutTable.PodsView;
import io.qbull.store.LeaseTable.Acquisition;
import io.qbull.store.LeaseTable.Renewal;
import io.qbull.store.LeaseTable.RenewalRequest;
import io.qbull.store.ResizeTable.PartitionState;
import io.qbull.store.StoreException;
import io.qbull.store.WakeUps.Known;
import io.qbull.store.redis.schema.Keys;
import io.qbull.store.redis.schema.Script;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.PodRights;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.RedisState;
import io.qbull.testing.Resp;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;

/** Users with few rights, wrong passwords, and what is logged about them. */
@Tag("redis")
class AccessTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final Duration TTL = Duration.ofSeconds(30);
    private static final String PASSWORD = "hidden-4711";
    private static final String RIGHTS = String.join(" ", PodRights.of(PodRights.Use.POD, "Q"));

    @AfterEach
    void forgetUser() {
        REDIS.resp().call("ACL", "DELUSER", "worker");
    }

    @Test
    void a_user_with_only_the_documented_rights_can_do_everything() throws Exception {
        user(RIGHTS);
        RedisStore store = REDIS.store(settings(PASSWORD));
        get(store.check());
        get(store.layouts().createIfAbsent(QUEUE, 4, KeyHash.XXH64));
        get(store.layouts().register(QUEUE, new PodId("me"), new Capacity(1, 1), List.of(), TTL, PodsView.NONE));
        List<PartitionId> heard = new CopyOnWriteArrayList<>();
        get(store.leases().announcements(QUEUE, heard::add));
        CountDownLatch woken = new CountDownLatch(2);
        store.wakeUps().watch(new PartitionId(QUEUE, 1), new Known(StreamId.START, StreamId.START), woken::countDown);
        store.wakeUps().watch(P, new Known(StreamId.START, StreamId.START), woken::countDown);
        get(store.jobs().enqueue(new JobLog.Call(P, 1, "pod#1", 1, List.of(newJob("a"), newJob("b")), TTL)));
        get(store.jobs().enqueue(new JobLog.Call(new PartitionId(QUEUE, 1), 1, "pod#1", 1, List.of(newJob("a")), TTL)));
        assertThat(woken.await(10, TimeUnit.SECONDS)).isTrue();
        Lease lease = ((Acquisition.Granted) get(store.leases().acquire(P, ME, TTL, 1))).lease();
        JobLog.Fetch.Entries entries =
                (JobLog.Fetch.Entries) get(store.jobs().fetch(lease, LogCursor.START, StreamId.START, 10, 1000));
        StreamId first = entries.entries().get(0).streamId();
        StreamId second = entries.entries().get(1).streamId();
        assertThat(get(store.held().fail(lease, JobPlace.inStream(first), "key", Seed.failed(1))))
                .isEqualTo(Verdict.DONE);
        assertThat(get(store.held().park(lease, List.of(new Parked(EntryId.own(second), "other")), false)))
                .isEqualTo(Parking.DONE);
        Advance.Next failed = (Advance.Next) get(store.held().advance(lease, "key", null));
        assertThat(get(store.jobs().bury(lease, failed.place(), "key", Seed.burial("r", 1))))
                .isEqualTo(Verdict.DONE);
        assertThat(get(store.held().advance(lease, "key", null))).isEqualTo(new Advance.Free());
        assertThat(get(store.jobs().commit(lease, List.of(EntryId.own(second)))))
                .isEqualTo(Verdict.DONE);
        assertThat(get(store.leases().renew(List.of(new RenewalRequest(lease, 1, 0, null)), TTL)))
                .containsEntry(lease, new Renewal.Renewed(null));
        assertThat(get(store.leases().requestHandOver(P, OTHER))).isTrue();
        assertThat(get(store.leases().handOver(lease, OTHER, TTL, 0))).isEqualTo(Verdict.DONE);
        await().untilAsserted(() -> assertThat(heard).containsExactly(P, P));
        get(store.inspector().queue(QUEUE));
        assertThat(get(store.inspector().queues())).containsExactly(QUEUE);
        SourceId source = new SourceId("file");
        FileClaim claim = new FileClaim(1, "orders.csv", "me", "inbox");
        get(store.sources().claim(QUEUE, source, claim));
        assertThat(get(store.sources().claims(QUEUE))).containsOnlyKeys(source);
        get(store.jobs().progress(P, source, TTL));
        get(store.jobs().forget(P, source));
        get(store.sources().remove(QUEUE, source));
        get(store.layouts().unregister(QUEUE, new PodId("me")));
    }

    @Test
    void jobs_are_parked_up_to_their_number_by_a_user_who_may_not_ask_for_memory() {
        user(RIGHTS.replace(" +memory|usage", ""));
        RedisStore store = REDIS.store(settings(PASSWORD));
        Lease lease = ((Acquisition.Granted) get(store.leases().acquire(P, ME, TTL, 1))).lease();
        Seed seed = new Seed(REDIS.resp());
        assertThat(get(store.held().park(lease, List.of(new Parked(EntryId.own(seed.job("a", "1")), "k-a")), false)))
                .isEqualTo(Parking.DONE);
        REDIS.resp()
                .call("EVAL", "for i = 1, 4095 do redis.call('ZADD', KEYS[1], 0, 'x' .. i) end", "1", Seed.HELD_JOBS);
        assertThat(get(store.held().park(lease, List.of(new Parked(EntryId.own(seed.job("b", "2")), "k-b")), false)))
                .isEqualTo(Parking.FULL);
        REDIS.resp().call("ZREMRANGEBYLEX", Seed.HELD_JOBS, "[x", "+");
    }

    @Test
    void how_much_memory_partitions_take_is_unknown_to_a_user_who_may_not_ask() {
        user(RIGHTS.replace(" +memory|usage", ""));
        RedisStore store = REDIS.store(settings(PASSWORD));
        new Seed(REDIS.resp()).job("a", "1");
        List<PartitionState> states = get(store.resize().states(QUEUE, P.index(), P.index() + 1));
        assertThat(states.get(0).jobs()).isEqualTo(1);
        assertThat(get(store.resize().bytes(QUEUE, states))).containsExactly(0L);
    }

    @Test
    void a_user_without_publish_still_releases_completely() {
        user(RIGHTS + " -publish");
        RedisStore store = REDIS.store(settings(PASSWORD));
        Lease lease = ((Acquisition.Granted) get(store.leases().acquire(P, ME, TTL, 1))).lease();
        assertThat(get(store.leases().requestHandOver(P, OTHER))).isTrue();
        assertThat(get(store.leases().handOver(lease, OTHER, TTL, 0))).isEqualTo(Verdict.DONE);
        assertThat(REDIS.resp().text("HGET", Seed.LEASE, "owner")).isEqualTo("other#1");
    }

    @Test
    void a_user_without_subscribe_is_warned_once_and_hears_announcements_once_allowed() {
        user(RIGHTS.replace(" &qbull:announce:Q", ""));
        REDIS.resp().call("ACL", "LOG", "RESET");
        List<PartitionId> heard = new CopyOnWriteArrayList<>();
        try (CapturedLog log = new CapturedLog()) {
            get(REDIS.store(settings(PASSWORD)).leases().announcements(QUEUE, heard::add));
            await().until(() -> refusedSubscriptions() > 3);
            assertThat(log.warnings())
                    .singleElement()
                    .satisfies(line -> assertThat(line)
                            .startsWith("queue=Q hand-overs wait for leases to expire: ")
                            .contains("NOPERM"));
            REDIS.resp().call("ACL", "SETUSER", "worker", "&qbull:announce:Q");
            await().until(() -> REDIS.resp().number("PUBLISH", Keys.announcements(QUEUE), "3") == 1);
            await().untilAsserted(() -> assertThat(heard).contains(P));
            await().untilAsserted(() ->
                    assertThat(log.lines("announcements are heard")).hasSize(1));
            assertThat(log.warnings()).hasSize(1);
        }
    }

    /**
     * The servers of all tests give only the documented commands to whoever does not log in, see {@link PodRights}, so a command that
     * the page lacks is refused wherever a test runs it. This finds the ones that no test runs, and those that nothing uses.
     */
    @Test
    void the_documented_commands_are_those_of_the_scripts_and_requests() throws IOException {
        Set<String> used = new TreeSet<>();
        for (Script script : Script.values()) {
            find("redis\\.p?call\\('([A-Z]+)'(?:, '([A-Z]+)')?", script.source(), used);
        }
        try (Stream<Path> files = Files.walk(Path.of("src/main/java/io/qbull/store/redis"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String source = Files.readString(file);
                find("CommandType\\.([A-Z]+)(?:,\\s*\"([A-Z]+)\")?", source, used);
                find("async\\(\\)\\s*\\.((?:un)?subscribe)\\(()", source, used);
            }
        }
        Set<String> documented = new TreeSet<>(PodRights.commands(PodRights.Use.POD));
        documented.addAll(PodRights.commands(PodRights.Use.CLUSTER));
        assertThat(documented).isEqualTo(used);
    }

    private static void find(String pattern, String source, Set<String> into) {
        Matcher command = Pattern.compile(pattern).matcher(source);
        while (command.find()) {
            String sub = command.group(2);
            into.add((sub == null || sub.isEmpty() ? command.group(1) : command.group(1) + "|" + sub)
                    .toLowerCase(Locale.ROOT));
        }
    }

    @Test
    void a_missing_right_is_misconfigured_and_nothing_is_half_done() {
        user(RIGHTS + " -persist");
        RedisStore store = REDIS.store(settings(PASSWORD));
        Resp resp = REDIS.resp();
        Lease lease = new Seed(resp).held();
        StreamId job = new Seed(resp).job("a", "1");
        Map<String, Object> before = RedisState.read(resp);
        assertThat(failure(store.jobs().commit(lease, List.of(EntryId.own(job)))))
                .isInstanceOf(StoreException.Misconfigured.class);
        assertThat(failure(store.jobs().bury(lease, JobPlace.inStream(job), "key", Seed.burial("r", 1))))
                .isInstanceOf(StoreException.Misconfigured.class);
        assertThat(failure(store.leases().release(lease, 0))).isInstanceOf(StoreException.Misconfigured.class);
        assertThat(RedisState.read(resp)).isEqualTo(before);
    }

    @Test
    void the_user_cannot_reach_keys_of_other_queues() {
        user(RIGHTS);
        RedisStore store = REDIS.store(settings(PASSWORD));
        PartitionId foreign = new PartitionId(new io.qbull.model.QueueName("Z"), 0);
        assertThat(failure(store.leases().acquire(foreign, ME, TTL, 1)))
                .isInstanceOf(StoreException.Misconfigured.class)
                .hasMessageContaining("NOPERM");
    }

    @Test
    void a_wrong_password_is_misconfigured_retried_and_never_logged() {
        user(RIGHTS);
        List<String> said = listen();
        RedisStore store = REDIS.store(settings("wrong-" + PASSWORD));
        Throwable refused = failure(store.check());
        assertThat(refused).isInstanceOf(StoreException.Misconfigured.class).hasMessageContaining("WRONGPASS");
        REDIS.resp().call("ACL", "SETUSER", "worker", ">wrong-" + PASSWORD);
        await().ignoreExceptions().until(() -> {
            get(store.check());
            return true;
        });
        REDIS.resp().call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        await().ignoreExceptions().until(() -> {
            get(store.leases().peek(List.of(P)));
            return true;
        });
        store.close();
        StringWriter trace = new StringWriter();
        refused.printStackTrace(new PrintWriter(trace));
        said.add(trace.toString());
        said.add(settings(PASSWORD).toString());
        assertThat(said).hasSizeGreaterThan(10).noneMatch(text -> text.contains(PASSWORD));
    }

    /** An entry of the server's ACL log counts equal refusals. */
    private static long refusedSubscriptions() {
        long count = 0;
        for (Object each : REDIS.resp().list("ACL", "LOG")) {
            List<?> entry = (List<?>) each;
            if (entry.contains("channel")) {
                count += (Long) entry.get(1);
            }
        }
        return count;
    }

    private static void user(String rights) {
        List<String> command = new ArrayList<>(List.of("ACL", "SETUSER", "worker", "reset", "on", ">" + PASSWORD));
        command.addAll(Arrays.asList(rights.split(" ", -1)));
        REDIS.resp().call(command.toArray(String[]::new));
    }

    private static RedisSettings settings(String password) {
        return new RedisSettings(
                "redis://worker:" + password + "@127.0.0.1:" + REDIS.server().port(), Duration.ofSeconds(1));
    }

    /** Everything that the client and QBull log from now on, without the client's TRACE level, which dumps the wire. */
    private static List<String> listen() {
        List<String> said = new CopyOnWriteArrayList<>();
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                said.add(event.getFormattedMessage());
                if (event.getThrowableProxy() != null) {
                    said.add(ThrowableProxyUtil.asString(event.getThrowableProxy()));
                }
            }
        };
        appender.setContext(context);
        appender.start();
        for (String name : List.of("io.lettuce", "io.qbull")) {
            Logger logger = context.getLogger(name);
            logger.setLevel(Level.DEBUG);
            logger.setAdditive(false);
            logger.addAppender(appender);
        }
        return said;
    }
}
