package io.qbull.ops.deletion;

import static io.qbull.testing.Waiting.failure;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Capacity;
import io.qbull.model.EntryId;
import io.qbull.model.FileClaim;
import io.qbull.model.JobId;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.Pause.Scope;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.model.SourceId;
import io.qbull.ops.deletion.QueueDeleter.Outcome;
import io.qbull.store.DeletionTable.Wipe;
import io.qbull.store.JobLog.Answer;
import io.qbull.store.JobLog.Call;
import io.qbull.store.LayoutTable.PodsView;
import io.qbull.store.LeaseTable.Acquisition;
import io.qbull.store.PauseTable.End;
import io.qbull.store.StoreException;
import io.qbull.store.redis.RedisStore;
import io.qbull.store.redis.schema.Script;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.RedisState;
import io.qbull.testing.Resp;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Queues that are deleted, and those that are not. */
@Tag("redis")
class QueueDeleterTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final QueueName QUEUE = new QueueName("Q");
    private static final PartitionId ONE = new PartitionId(QUEUE, 1);
    private static final Duration TTL = Duration.ofSeconds(30);

    private RedisStore store;
    private Resp resp;
    /** What happens while pods have time to see the mark. */
    private Runnable meanwhile = () -> {};

    private int calls;

    @BeforeEach
    void create() {
        store = REDIS.store();
        resp = REDIS.resp();
        get(store.layouts().createIfAbsent(QUEUE, 3, KeyHash.XXH64));
    }

    @Test
    void of_a_queue_without_jobs_nothing_is_left_but_what_expires_by_itself() {
        Lease lease = acquire(ONE);
        Answer.Accepted accepted = (Answer.Accepted) get(store.jobs().enqueue(call()));
        get(store.jobs()
                .commit(lease, List.of(EntryId.own(accepted.places().get(0).streamId()))));
        get(store.leases().release(lease, 0));
        drain();

        assertThat(delete(false)).isEqualTo(new Outcome.Deleted(0));

        assertThat(keys("*"))
                .isNotEmpty()
                .allSatisfy(key -> assertThat(resp.number("TTL", key)).as(key).isPositive());
        assertThat(get(store.inspector().queues())).isEmpty();
        assertThat(delete(false)).isEqualTo(new Outcome.Absent());
        get(store.layouts().createIfAbsent(QUEUE, 1, KeyHash.QBULL_PYTHON));
    }

    @Test
    void a_queue_that_takes_jobs_stays() {
        unchanged(false, "Queue Q takes new jobs: ");
    }

    @Test
    void a_queue_that_pods_consume_stays() {
        drain();
        for (String pod : List.of("b", "a")) {
            get(store.layouts().register(QUEUE, new PodId(pod), new Capacity(1, 1), List.of(), TTL, PodsView.NONE));
        }
        unchanged(true, "Queue Q is consumed by pods a, b: ");
    }

    @Test
    void a_queue_with_jobs_stays_unless_they_are_deleted_too() {
        enqueue();
        resp.call(
                "XADD",
                "{Q:0}:dead",
                "*",
                "reason",
                "r",
                "exception",
                "",
                "attempts",
                "1",
                "failed_at",
                "1",
                "epoch",
                "1");
        resp.call("HSET", "{Q}:windows", "k", "state");
        get(store.sources().claim(QUEUE, new SourceId("file"), new FileClaim(1, "f.csv", "me", "inbox")));
        resp.call("HSET", "{Q:2}:source:file", "1", "17");
        resp.call("HSET", "{Q:2}:staged", "2:0", "1 1-1");
        resp.call("XADD", "{Q:2}:staged:2:0", "1-1", "id", "j", "key", "k", "ts", "1", "body", "b");
        drain();
        unchanged(
                false,
                "Queue Q has 2 jobs to do, 1 dead letter, 1 collection window, 1 unfinished file: let pods run them,");

        assertThat(delete(true)).isEqualTo(new Outcome.Deleted(3));

        assertThat(keys("*")).containsExactly("{Q:1}:call:p");
    }

    @Test
    void a_job_that_was_let_in_before_and_comes_late_is_not_lost() {
        drain();
        meanwhile = this::enqueue;

        assertThat(refused(false)).startsWith("Queue Q has 1 job to do: ");

        assertThat(resp.number("XLEN", ONE.toString())).isEqualTo(1);
        assertThat(get(store.layouts().createIfAbsent(QUEUE, 3, KeyHash.XXH64))).isEqualTo(new Layout(1, 3));
    }

    @Test
    void jobs_that_no_status_shows_are_not_lost_either() {
        // In a partition that only an earlier layout has.
        resp.call("HSET", "{Q}:layout", "version", "2", "v1", "5 1700000000000 0");
        resp.call("XADD", "Q:4", "1-1", "id", "j", "key", "k", "ts", "1", "body", "b");
        drain();

        assertThat(refused(false))
                .isEqualTo("Partition Q:4 has 1 job that came meanwhile, or by a resize: let a pod finish first.");

        assertThat(keys("Q:4")).containsExactly("Q:4");
        assertThat(resp.call("HGET", "{Q}:layout", "deleting")).isNull();
    }

    @Test
    void a_partition_with_a_job_of_any_kind_stays() {
        drain();
        get(store.deletions().mark(QUEUE));
        resp.call("XADD", ONE.toString(), "1-1", "any", "thing");
        assertThat(get(store.deletions().wipe(ONE, false))).isEqualTo(new Wipe.HasJobs(1));
        resp.call("DEL", ONE.toString());
        resp.call(
                "XADD",
                "{Q:1}:dead",
                "1-1",
                "reason",
                "r",
                "exception",
                "",
                "attempts",
                "1",
                "failed_at",
                "1",
                "epoch",
                "1");
        assertThat(get(store.deletions().wipe(ONE, false))).isEqualTo(new Wipe.HasJobs(1));
        resp.call("DEL", "{Q:1}:dead");
        resp.call("ZADD", "{Q:1}:delayed", "1", "1-0");
        assertThat(get(store.deletions().wipe(ONE, false))).isEqualTo(new Wipe.HasJobs(1));
        resp.call("DEL", "{Q:1}:delayed");
        resp.call("ZADD", "{Q:1}:held:jobs", "0", "b-bundle");
        assertThat(get(store.deletions().wipe(ONE, false))).isEqualTo(new Wipe.HasJobs(8));
        assertThat(get(store.deletions().wipe(ONE, true))).isEqualTo(new Wipe.Gone(8));
        get(store.deletions().unmark(QUEUE));
    }

    @Test
    void a_segment_that_came_after_their_names_were_read_is_not_left_behind() {
        resp.call("HSET", "{Q:1}:staged", "2:0", "1 1-1");

        assertThat(resp.list(
                                "EVAL",
                                Script.WIPE.source(),
                                "6",
                                "{Q:1}:lease",
                                "Q:1",
                                "{Q:1}:held:jobs",
                                "{Q:1}:delayed",
                                "{Q:1}:dead",
                                "{Q:1}:staged",
                                "1",
                                "0")
                        .toString())
                .isEqualTo("[changed]");

        assertThat(keys("{Q:1}:staged")).hasSize(1);
        drain();
        assertThat(delete(true)).isEqualTo(new Outcome.Deleted(0));
    }

    @Test
    void a_partition_that_is_gone_takes_no_job() {
        drain();
        get(store.deletions().mark(QUEUE));
        assertThat(get(store.deletions().wipe(ONE, false))).isEqualTo(new Wipe.Gone(0));

        assertThat(get(store.jobs().enqueue(call()))).isInstanceOf(Answer.OtherLayout.class);

        assertThat(failure(store.layouts().createIfAbsent(QUEUE, 3, KeyHash.XXH64)))
                .isInstanceOf(StoreException.Misconfigured.class)
                .hasMessage("queue Q is being deleted; if that was broken off, ./qbull delete Q finishes it");
        get(store.deletions().unmark(QUEUE));
        get(store.layouts().createIfAbsent(QUEUE, 3, KeyHash.XXH64));
        assertThat(get(store.layouts().open(ONE, 1)))
                .as("a producer that is refused opens it")
                .isTrue();
        assertThat(get(store.jobs().enqueue(call()))).isInstanceOf(Answer.Accepted.class);
    }

    @Test
    void a_pod_that_comes_meanwhile_keeps_its_partitions() {
        drain();
        meanwhile = () -> acquire(ONE);

        assertThat(refused(true)).isEqualTo("Pod me owns partition Q:1: stop its route from the queue first.");

        assertThat(keys("{Q:1}:*")).contains("{Q:1}:lease", "{Q:1}:seal");
        assertThat(resp.call("HGET", "{Q}:layout", "deleting")).isNull();
    }

    @Test
    void a_pod_that_registers_meanwhile_keeps_the_queue() {
        drain();
        meanwhile = () -> get(
                store.layouts().register(QUEUE, new PodId("late"), new Capacity(1, 1), List.of(), TTL, PodsView.NONE));

        assertThat(refused(true)).startsWith("Queue Q is consumed by pod late: ");

        assertThat(resp.call("HGET", "{Q}:layout", "deleting")).isNull();
        assertThat(resp.list("KEYS", "{Q:*}:seal")).hasSize(3);
    }

    @Test
    void a_queue_that_is_resumed_before_the_mark_is_not_marked() {
        assertThat(get(store.deletions().mark(QUEUE)).name()).isEqualTo("NOT_DRAINED");
        get(store.pauses().pause(QUEUE, new Scope.NewJobs(), "ann", "", new End(null, 1L)));
        assertThat(get(store.deletions().mark(QUEUE)).name()).isEqualTo("NOT_DRAINED");
        assertThat(get(store.deletions().mark(new QueueName("other"))).name()).isEqualTo("ABSENT");
    }

    @Test
    void what_was_broken_off_half_way_is_finished_by_the_next_call() {
        enqueue();
        drain();
        get(store.deletions().mark(QUEUE));
        get(store.deletions().wipe(new PartitionId(QUEUE, 0), true));
        get(store.deletions().wipe(ONE, true));

        assertThat(delete(false)).isEqualTo(new Outcome.Deleted(0));

        assertThat(keys("*")).containsExactly("{Q:1}:call:p");
    }

    @Test
    void what_is_broken_off_before_the_mark_goes_leaves_the_queue_findable() {
        drain();
        get(store.deletions().mark(QUEUE));
        resp.call("SREM", "qbull:queues", "Q");
        assertThat(delete(false)).isEqualTo(new Outcome.Deleted(0));
    }

    @Test
    void another_queue_by_the_same_name_is_not_finished() {
        drain();
        get(store.deletions().finish(QUEUE));
        assertThat(resp.list("KEYS", "{Q}:layout")).hasSize(1);
        get(store.layouts().createIfAbsent(QUEUE, 3, KeyHash.XXH64));
    }

    private void unchanged(boolean all, String why) {
        Map<String, Object> before = RedisState.read(resp);
        assertThat(refused(all)).startsWith(why);
        assertThat(RedisState.read(resp)).isEqualTo(before);
    }

    private String refused(boolean all) {
        Outcome outcome = delete(all);
        assertThat(outcome).isInstanceOf(Outcome.Refused.class);
        return ((Outcome.Refused) outcome).why();
    }

    private Outcome delete(boolean all) {
        return get(new QueueDeleter(store, () -> CompletableFuture.runAsync(meanwhile)).delete(QUEUE, all));
    }

    private List<String> keys(String pattern) {
        return resp.list("KEYS", pattern).stream().map(String::valueOf).toList();
    }

    private void drain() {
        get(store.pauses().pause(QUEUE, new Scope.NewJobs(), "ann", "", End.OPEN));
    }

    private Lease acquire(PartitionId partition) {
        LeaseOwner owner = new LeaseOwner(new PodId("me"), "1");
        return ((Acquisition.Granted) get(store.leases().acquire(partition, owner, TTL, 1))).lease();
    }

    private void enqueue() {
        assertThat(get(store.jobs().enqueue(call()))).isInstanceOf(Answer.Accepted.class);
    }

    private Call call() {
        NewJob job = new NewJob(new JobId("j" + ++calls), false, "k", new byte[1], "text/plain", Map.of());
        return new Call(ONE, 1, "p", calls, List.of(job), Duration.ZERO);
    }
}
