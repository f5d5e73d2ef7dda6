package io.qbull.store.redis;

import io.qbull.model.Epoch;
import io.qbull.model.JobId;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.model.StreamId;
import io.qbull.testing.Resp;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Puts data into Redis past the code under test, in the words of the key table. */
final class Seed {
    static final QueueName QUEUE = new QueueName("Q");
    static final PartitionId P = new PartitionId(QUEUE, 3);
    static final String STREAM = "Q:3";
    static final String LEASE = "{Q:3}:lease";
    static final String DEAD = "{Q:3}:dead";
    static final String ATTEMPTS = "{Q:3}:attempts";
    static final String SEEN = "{Q:3}:seen";
    static final String SEAL = "{Q:3}:seal";
    static final String EPOCH = "1700000000000000";
    static final LeaseOwner ME = owner("me#1");
    static final LeaseOwner OTHER = owner("other#1");
    static final LeaseOwner THIRD = owner("third#1");

    private final Resp resp;

    Seed(Resp resp) {
        this.resp = resp;
    }

    static LeaseOwner owner(String text) {
        return LeaseOwner.parse(text);
    }

    static LeaseOwner nonce(int number) {
        return new LeaseOwner(new PodId("me"), "n" + number);
    }

    /** A lease of {@link #ME} for a minute. */
    Lease held() {
        return held(ME, 60_000);
    }

    /** A lease that expires so many milliseconds from now; 0 = released. */
    Lease held(LeaseOwner owner, long fromNow) {
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

    /** What its owner believes in, granted by this server. */
    Lease lease(LeaseOwner owner, String epoch) {
        return new Lease(P, owner, Epoch.parse(epoch), primary());
    }

    void lease(String... fields) {
        String[] command = new String[fields.length + 2];
        command[0] = "HSET";
        command[1] = LEASE;
        System.arraycopy(fields, 0, command, 2, fields.length);
        resp.call(command);
    }

    /** A job as our producers write it; returns its place. */
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

    static NewJob newJob(String id) {
        return newJob(id, true, id);
    }

    static NewJob newJob(String id, boolean callerId, String body) {
        return new NewJob(
                new JobId(id), callerId, "key of " + id, body.getBytes(StandardCharsets.UTF_8), null, Map.of());
    }
}
