package io.qbull.store.redis;

import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Attempts;
import io.qbull.model.Epoch;
import io.qbull.model.JobId;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.model.StreamId;
import io.qbull.store.HeldJobs.Failed;
import io.qbull.store.JobLog.Burial;
import io.qbull.testing.RedisState;
import io.qbull.testing.Resp;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Writes data to Redis directly, as the key table describes it, without the code under test. */
public final class Seed {
    public static final QueueName QUEUE = new QueueName("Q");
    public static final PartitionId P = new PartitionId(QUEUE, 3);
    public static final String STREAM = "Q:3";
    public static final String LEASE = "{Q:3}:lease";
    public static final String DEAD = "{Q:3}:dead";
    public static final String ATTEMPTS = "{Q:3}:attempts";
    public static final String HELD = "{Q:3}:held";
    public static final String HELD_JOBS = "{Q:3}:held:jobs";
    public static final String INBOX = "{Q:3}:inbox";
    public static final String DELAYED = "{Q:3}:delayed";
    public static final String SEEN = "{Q:3}:seen";
    public static final String SEAL = "{Q:3}:seal";
    public static final String EPOCH = "1700000000000000";
    public static final LeaseOwner ME = owner("me#1");
    public static final LeaseOwner OTHER = owner("other#1");
    public static final LeaseOwner THIRD = owner("third#1");

    private final Resp resp;

    public Seed(Resp resp) {
        this.resp = resp;
    }

    public static LeaseOwner owner(String text) {
        return LeaseOwner.parse(text);
    }

    public static LeaseOwner nonce(int number) {
        return new LeaseOwner(new PodId("me"), "n" + number);
    }

    /** A lease of {@link #ME} for a minute. */
    public Lease held() {
        return held(ME, 60_000);
    }

    /** A lease that expires after the given milliseconds; 0 = released. */
    public Lease held(LeaseOwner owner, long fromNow) {
        String expires = fromNow == 0 ? "0" : Long.toString(now() + fromNow);
        lease(
                "owner",
                owner.toString(),
                "epoch",
                EPOCH,
                "expires",
                expires,
                "wanted",
                "",
                "window",
                "5",
                "inflight",
                "1");
        return lease(owner, EPOCH);
    }

    /** The lease as its owner knows it, granted by this server. */
    public Lease lease(LeaseOwner owner, String epoch) {
        return new Lease(P, owner, Epoch.parse(epoch), primary());
    }

    void lease(String... fields) {
        String[] command = new String[fields.length + 2];
        command[0] = "HSET";
        command[1] = LEASE;
        System.arraycopy(fields, 0, command, 2, fields.length);
        resp.call(command);
    }

    /** Checks that a command is fenced and changes nothing for everyone but the owner. */
    <T> void refusedToAllButTheOwner(Function<Lease, CompletionStage<T>> act, T refusal) {
        List<Lease> stale = List.of(
                lease(OTHER, EPOCH),
                lease(owner("me#2"), EPOCH),
                lease(ME, "1699999999999999"),
                lease(ME, "1700000000000001"));
        for (Lease each : stale) {
            Map<String, Object> before = RedisState.read(resp);
            assertThat(get(act.apply(each))).as("%s %s", each.owner(), each).isEqualTo(refusal);
            assertThat(RedisState.read(resp)).isEqualTo(before);
        }
        Lease released = held(ME, 0);
        Map<String, Object> before = RedisState.read(resp);
        assertThat(get(act.apply(released))).as("released").isEqualTo(refusal);
        assertThat(RedisState.read(resp)).isEqualTo(before);
        // Another primary may have assigned the same ids to other jobs.
        Lease elsewhere = new Lease(P, ME, Epoch.parse(EPOCH), "another");
        Lease lease = held();
        assertThat(get(act.apply(elsewhere))).as("another primary").isEqualTo(refusal);
        assertThat(get(act.apply(lease))).as("the owner").isNotEqualTo(refusal);
    }

    /** Adds a job as QBull's producers write it; returns its id. */
    StreamId job(String id, String body) {
        return StreamId.parse(
                resp.text("XADD", STREAM, "*", "id", id, "key", "k-" + id, "ts", "1700000000001", "body", body));
    }

    long now() {
        List<?> time = resp.list("TIME");
        return Long.parseLong((String) time.get(0)) * 1000 + Long.parseLong((String) time.get(1)) / 1000;
    }

    String primary() {
        return resp.text("INFO", "server")
                .lines()
                .filter(line -> line.startsWith("run_id:"))
                .map(line -> line.substring("run_id:".length()).trim())
                .findFirst()
                .orElseThrow();
    }

    public static Failed failed(int attempts) {
        return new Failed(attempts, attempts, attempts, Duration.ofSeconds(1), "it broke");
    }

    /** Crashes of a job that has not failed, as its change of that number. */
    public static Attempts crashes(int count) {
        return new Attempts(0, count, 0, count);
    }

    public static Burial burial(String reason, int attempts) {
        return new Burial(reason, "", attempts);
    }

    public static NewJob newJob(String id) {
        return newJob(id, true, id);
    }

    public static NewJob newJob(String id, boolean callerId, String body) {
        return new NewJob(
                new JobId(id), callerId, "key of " + id, body.getBytes(StandardCharsets.UTF_8), null, Map.of());
    }
}
