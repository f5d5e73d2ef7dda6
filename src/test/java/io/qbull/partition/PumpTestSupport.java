package io.qbull.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.PumpSettings;
import io.qbull.config.RetrySettings;
import io.qbull.model.Attempts;
import io.qbull.model.Delivery;
import io.qbull.model.Entry;
import io.qbull.model.EntryId;
import io.qbull.model.Epoch;
import io.qbull.model.Failure;
import io.qbull.model.Job;
import io.qbull.model.JobHandler;
import io.qbull.model.JobId;
import io.qbull.model.JobPlace;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.model.Segment;
import io.qbull.model.StreamId;
import io.qbull.model.TaskQueue;
import io.qbull.model.why.OwnerReport;
import io.qbull.model.why.Standstill;
import io.qbull.store.HeldJobs.Advance;
import io.qbull.store.HeldJobs.Page;
import io.qbull.store.JobLog.Agenda;
import io.qbull.store.JobLog.Fetch;
import io.qbull.store.Reachability;
import io.qbull.testing.ManualEventLoop;
import io.qbull.testing.Retries;
import io.qbull.testing.ScriptedStore;
import io.qbull.testing.ScriptedStore.Call;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** A pump on a scripted store, whose jobs end when the test says so. */
abstract class PumpTestSupport {
    static final Lease LEASE = new Lease(
            new PartitionId(new QueueName("WHATSAPP"), 3),
            new LeaseOwner(new PodId("pod"), "n1"),
            new Epoch(7),
            "primary");
    static final Duration INTERVAL = Duration.ofMillis(5);
    static final Duration BACKOFF = Duration.ofSeconds(1);
    static final Duration PATIENCE = Duration.ofSeconds(10);

    final ManualEventLoop loop = new ManualEventLoop();
    final ScriptedStore store = new ScriptedStore();
    final List<Delivery> started = new ArrayList<>();
    final List<JobHandler.Outcome> outcomes = new ArrayList<>();
    final List<String> told = new ArrayList<>();
    boolean trusted = true;
    /** Whether the pump is told at once that all keys belong to its partition; otherwise the test tells it. */
    boolean allHere = true;
    /** Whether the workers are such as take their time. */
    boolean takesBack;
    /** Whether jobs wait in line for a worker; otherwise one has each, also before it begins. */
    boolean inLine = true;
    /** What the workers throw instead of taking a job. */
    @Nullable
    Throwable shortage;

    /** Whether the job that started as the n-th succeeds before its handler returns. */
    IntPredicate inPlace = index -> false;
    /** How often the workers were given something. */
    int tasks;

    final Deque<Runnable> workers = new ArrayDeque<>();

    final SuspectTurns turns = new SuspectTurns();
    /** The memory of all pumps. */
    FetchBudget budget = new FetchBudget(Long.MAX_VALUE);

    PartitionPump pump = pump(128, 1 << 20, Retries.of(3, BACKOFF));

    final PartitionPump pump(int prefetch, int prefetchBytes, RetrySettings retry) {
        return pump(1, prefetch, prefetchBytes, retry);
    }

    final PartitionPump pump(int concurrency, int prefetch, int prefetchBytes, RetrySettings retry) {
        return new PartitionPump(
                LEASE,
                new PumpSettings(
                        concurrency, prefetch, prefetchBytes, INTERVAL, retry, PATIENCE, Duration.ofSeconds(30)),
                new PumpContext(
                        store,
                        loop,
                        () -> 0,
                        new Told(),
                        turns,
                        new FailureLog(LEASE.partition().queue(), new ManualEventLoop()),
                        budget),
                new JobExecutor(
                        (delivery, outcome) -> {
                            started.add(delivery);
                            outcomes.add(outcome);
                            if (inPlace.test(started.size() - 1)) {
                                outcome.completed();
                            }
                        },
                        new Workers()),
                new Recorder());
    }

    /** Take a task when the test lets them, until then it can be taken back. */
    private final class Workers implements TaskQueue {
        @Override
        public void execute(Runnable task) {
            employ(task);
        }

        @Override
        public boolean takeBack(Runnable task) {
            return takesBack && workers.remove(task);
        }

        @Override
        public @Nullable String waitsFor(Runnable task) {
            return inLine && workers.contains(task) ? "a turn" : null;
        }
    }

    /** What health and log say about a pump, without the name of its partition; empty if it does not stand still. */
    static String standstill(PartitionPump pump, Duration limit) {
        OwnerReport report = pump.standstill(limit);
        String prefix = "partition " + LEASE.partition();
        return report == null
                ? ""
                : Standstill.of(LEASE, report)
                        .text()
                        .substring(prefix.length() + 1)
                        .strip();
    }

    final class Recorder implements PumpListener {
        @Override
        public boolean trusted(Lease lease) {
            return trusted;
        }

        @Override
        public void fenced(Lease lease) {
            told.add("fenced");
        }

        @Override
        public void sealed(Lease lease, int version) {
            told.add("sealed " + version);
        }

        @Override
        public void settled(Lease lease, int version) {
            if (allHere) {
                pump.settle(allHere(version));
            } else {
                told.add("settled " + version);
            }
        }

        @Override
        public void cleared(Lease lease, int version) {
            told.add("cleared " + version);
        }
    }

    final class Told implements Reachability {
        @Override
        public void answered(Subject subject) {
            assertThat(subject).isEqualTo(Subject.jobs(LEASE.partition().index()));
        }

        @Override
        public void unanswered(Subject subject, @Nullable Throwable failure) {
            assertThat(subject).isEqualTo(Subject.jobs(LEASE.partition().index()));
            told.add("unanswered");
        }

        @Override
        public String problem() {
            return "";
        }
    }

    /** By a layout all keys belong to the partition. */
    static KeyHomes allHere(int version) {
        int here = LEASE.partition().index();
        return new KeyHomes(version, here + 1, key -> here);
    }

    /** Starts the pump, which learns the stage of the partition; of one with suspects it reads nothing else before it knows the held keys. */
    final void start(int suspects) {
        pump.start(suspects);
        if (suspects > 0) {
            answerFetch(false);
        }
    }

    /** Starts the pump of a partition without held keys. */
    final void begin(int suspects) {
        start(suspects);
        answer("keys", new Page.Keys(Page.START, Map.of()));
    }

    /** Starts a pump that has read these entries of one key. */
    final void given(int... streamMillis) {
        given(entries(streamMillis));
    }

    final void given(Entry... entries) {
        begin(0);
        answerFetch(false, entries);
        work();
    }

    final void answer(String call, Object answer) {
        answer(store.next(call), answer);
    }

    final void answer(Call call, Object answer) {
        call.answer(answer);
        loop.run();
        work();
    }

    /** The watch fires. */
    final void ring(Call watch) {
        watch.argument(2, Runnable.class).run();
        loop.run();
    }

    /** Answers a fetch; the workers do not run yet. */
    final void answerFetch(boolean more, Entry... entries) {
        store.next("fetch").answer(new Fetch.Entries(List.of(entries), more, Agenda.EMPTY));
        loop.run();
    }

    final void complete(int index) {
        outcomes.get(index).completed();
        loop.run();
        work();
    }

    /** The last job that started has failed. */
    final void fail() {
        outcomes.get(outcomes.size() - 1).failed(Failure.of("no"));
        loop.run();
        work();
    }

    final void employ(Runnable run) {
        if (shortage instanceof Error error) {
            throw error;
        }
        if (shortage instanceof RuntimeException exception) {
            throw exception;
        }
        tasks++;
        workers.add(run);
    }

    /** Lets the workers run until they have nothing to do. */
    final void work() {
        while (!workers.isEmpty()) {
            workers.remove().run();
            loop.run();
        }
    }

    final List<Long> ids() {
        return started.stream().map(d -> d.job().streamId().millis()).toList();
    }

    static List<Long> committed(Call commit) {
        List<Long> ids = new ArrayList<>();
        for (Object id : commit.argument(1, List.class)) {
            ids.add(((EntryId) id).streamId().millis());
        }
        return ids;
    }

    static Entry[] entries(int... streamMillis) {
        return Arrays.stream(streamMillis)
                .mapToObj(millis -> entry(millis, "key"))
                .toArray(Entry[]::new);
    }

    /** An entry of 10 bytes. */
    static Entry entry(int millis, String key) {
        return entry(millis, key, Attempts.NONE);
    }

    static Entry entry(int millis, String key, Attempts attempts) {
        return new Entry.Decoded(job(millis, key, attempts), 10);
    }

    /** An entry of any stream. */
    static Entry entry(Segment stream, int millis, String key) {
        EntryId id = new EntryId(stream, new StreamId(millis, 0));
        Job job = job(millis, key, Attempts.NONE);
        return new Entry.Decoded(
                new Job(id, id.streamId(), job.id(), key, millis, job.body(), null, job.headers(), Attempts.NONE), 10);
    }

    static Job job(int millis, String key, Attempts attempts) {
        return new Job(
                new StreamId(millis, 0), new JobId("j" + millis), key, millis, new byte[0], null, Map.of(), attempts);
    }

    /** Says which job is the first of its held key. */
    static Advance.Next next(int millis, String key, Attempts attempts) {
        return new Advance.Next(place(millis), entry(millis, key, attempts));
    }

    static EntryId id(int millis) {
        return EntryId.own(new StreamId(millis, 0));
    }

    static JobPlace place(int millis) {
        return new JobPlace(id(millis), "place-" + millis);
    }
}
