package io.qbull.enqueue;

import io.qbull.model.JobId;
import io.qbull.model.Layout;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.SourceId;
import io.qbull.model.StreamId;
import io.qbull.runtime.EventLoop;
import io.qbull.store.JobLog;
import io.qbull.store.JobLog.Answer;
import io.qbull.store.JobLog.Call;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What the enqueue script does in one partition each, as a model: call number, then source and ids seen, then the seal, then the
 * backlog. Runs each execution of a call, be it the first, a repeat or a late one.
 */
final class ScriptModel {
    private final Map<PartitionId, Partition> partitions = new HashMap<>();
    private final List<Added> added = new ArrayList<>();
    private final EventLoop clock;

    /**
     * @param clock tells the time of the server
     */
    ScriptModel(EventLoop clock) {
        this.clock = clock;
    }

    /** An entry of a stream, and when it was added. */
    record Added(PartitionId partition, int layoutVersion, StreamId streamId, NewJob job, Instant at) {}

    private static final class Partition {
        private final Map<String, Long> lastNumber = new HashMap<>();
        private final Map<String, Answer> lastAnswer = new HashMap<>();
        /** Until when ids are remembered. */
        private final Map<JobId, Instant> seen = new HashMap<>();

        private final Map<SourceId, Map<Integer, Long>> sources = new HashMap<>();
        private int openFor;
        /** The newest version whose jobs may run. */
        private int started;

        private boolean lost;
        private long lastMillis;
        private long backlog;
    }

    /** The partition takes jobs for this version from now on; zero for none. */
    void open(PartitionId partition, int version) {
        Partition here = partition(partition);
        here.openFor = version;
        here.started = Math.max(here.started, version);
        here.lost = false;
    }

    /** The partition has lost its seal and takes no jobs for any version. */
    void loseSeal(PartitionId partition) {
        partition(partition).lost = true;
    }

    /** Puts a lost seal back, but for no version before the one whose jobs run, and raises an older one; never opens what is closed. */
    void reopen(PartitionId partition, int version) {
        Partition here = partition(partition);
        if ((here.lost && version >= here.started) || (here.openFor > 0 && here.openFor < version)) {
            open(partition, version);
        }
    }

    /** All jobs are done. */
    void drain() {
        partitions.values().forEach(partition -> partition.backlog = 0);
    }

    /**
     * @return version to the last offset added under it
     */
    Map<Integer, Long> progress(PartitionId partition, SourceId source) {
        return new HashMap<>(partition(partition).sources.getOrDefault(source, Map.of()));
    }

    /**
     * @return all entries ever added, in the order of time
     */
    List<Added> added() {
        return added;
    }

    /**
     * @return those of the ids that the partition remembers
     */
    Set<JobId> known(PartitionId partition, List<JobId> ids) {
        return ids.stream().filter(id -> remembers(partition(partition), id)).collect(Collectors.toSet());
    }

    /**
     * @param layout a layout whose partitions are all sealed
     * @return when the last id is forgotten that one of them remembers
     */
    Instant lastExpiry(QueueName queue, Layout layout) {
        return IntStream.range(0, layout.partitions())
                .mapToObj(index -> partition(new PartitionId(queue, index)).seen.values())
                .flatMap(Collection::stream)
                .max(Comparator.naturalOrder())
                .orElse(Instant.MIN);
    }

    private boolean remembers(Partition here, JobId id) {
        return here.seen.getOrDefault(id, Instant.MIN).isAfter(clock.now());
    }

    Answer run(Call call) {
        Partition here = partition(call.partition());
        long last = here.lastNumber.getOrDefault(call.producer(), 0L);
        Answer known = here.lastAnswer.get(call.producer());
        if (call.number() == last && known != null) {
            return known;
        }
        if (call.number() < last) {
            return new Answer.Stale();
        }
        Answer answer = add(call, here);
        here.lastNumber.put(call.producer(), call.number());
        here.lastAnswer.put(call.producer(), answer);
        return answer;
    }

    private Answer add(Call call, Partition here) {
        long reached = reached(call, here);
        boolean allKnown = IntStream.range(0, call.jobs().size()).allMatch(i -> known(call, here, reached, i));
        if (!allKnown && (here.lost || here.openFor != call.layoutVersion())) {
            return new Answer.OtherLayout();
        }
        if (!allKnown && call.maxBacklog() > 0 && here.backlog >= call.maxBacklog()) {
            return new Answer.Crowded();
        }
        List<Answer.Place> places = new ArrayList<>();
        for (int i = 0; i < call.jobs().size(); i++) {
            NewJob job = call.jobs().get(i);
            boolean duplicate = known(call, here, reached, i);
            if (!duplicate && deduplicates(call, job)) {
                here.seen.put(job.id(), clock.now().plus(call.deduplicationWindow()));
            }
            places.add(new Answer.Place(duplicate ? StreamId.START : append(call, here, job), duplicate));
        }
        JobLog.Records records = call.records();
        if (records != null) {
            long last = offset(call, call.jobs().size() - 1);
            here.sources
                    .computeIfAbsent(records.source(), any -> new HashMap<>())
                    .merge(call.layoutVersion(), last, Math::max);
        }
        return new Answer.Accepted(places);
    }

    private boolean known(Call call, Partition here, long reached, int index) {
        NewJob job = call.jobs().get(index);
        return offset(call, index) <= reached
                || call.known().contains(job.id())
                || (deduplicates(call, job) && remembers(here, job.id()));
    }

    private static boolean deduplicates(Call call, NewJob job) {
        return job.callerId() && !call.deduplicationWindow().isZero();
    }

    private static long reached(Call call, Partition here) {
        JobLog.Records records = call.records();
        return records == null
                ? -1
                : here.sources.getOrDefault(records.source(), Map.of()).getOrDefault(call.layoutVersion(), -1L);
    }

    private static long offset(Call call, int index) {
        JobLog.Records records = call.records();
        return records == null ? Long.MAX_VALUE : records.offsets().get(index);
    }

    private StreamId append(Call call, Partition here, NewJob job) {
        StreamId streamId = new StreamId(++here.lastMillis, 0);
        here.backlog++;
        added.add(new Added(call.partition(), call.layoutVersion(), streamId, job, clock.now()));
        return streamId;
    }

    private Partition partition(PartitionId id) {
        return partitions.computeIfAbsent(id, any -> new Partition());
    }

    /**
     * @param id a job id
     * @return its entries, in the order of time
     */
    List<Added> entriesOf(String id) {
        return added.stream()
                .filter(entry -> entry.job().id().value().equals(id))
                .toList();
    }
}
