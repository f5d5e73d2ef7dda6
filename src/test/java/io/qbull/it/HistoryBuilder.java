package io.qbull.it;

import static io.qbull.it.History.NEVER;

import io.qbull.it.Event.Answer;
import io.qbull.it.Event.JobRef;
import io.qbull.it.Event.Kind;
import io.qbull.it.Event.Owner;
import io.qbull.it.History.Left;
import io.qbull.it.History.Place;
import io.qbull.it.History.PodLife;
import io.qbull.it.History.Remains;
import io.qbull.it.History.Result;
import io.qbull.it.History.Sent;
import io.qbull.model.StreamId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Builds short histories for the tests of the checker. Time advances by one with each event; entry ids are numbers. */
final class HistoryBuilder {
    private final Map<String, List<Event>> pods = new LinkedHashMap<>();
    private final Map<String, Long> kills = new HashMap<>();
    private final List<Sent> sent = new ArrayList<>();
    private final List<Left> inStreams = new ArrayList<>();
    private final List<Left> dead = new ArrayList<>();
    private final Map<StreamId, JobRef> jobs = new HashMap<>();
    private long now = 1;
    private long calls;

    /** A job {@code key:seq} that Redis took as entry {@code id} of partition 0. */
    HistoryBuilder accepted(String job, int id) {
        JobRef ref = JobRef.parse(job);
        jobs.put(id(id), ref);
        sent.add(new Sent(ref, now++, Result.ACCEPTED, new Place(0, id(id))));
        return this;
    }

    HistoryBuilder refused(String job) {
        sent.add(new Sent(JobRef.parse(job), now++, Result.REFUSED, null));
        return this;
    }

    HistoryBuilder unknown(String job, int id) {
        JobRef ref = JobRef.parse(job);
        jobs.put(id(id), ref);
        sent.add(new Sent(ref, now++, Result.UNKNOWN, null));
        return this;
    }

    HistoryBuilder remains(String job, int id) {
        inStreams.add(new Left(JobRef.parse(job), new Place(0, id(id))));
        return this;
    }

    HistoryBuilder dead(String job) {
        dead.add(new Left(JobRef.parse(job), null));
        return this;
    }

    HistoryBuilder granted(String pod, long epoch) {
        long asked = now++;
        return add(pod, new Event.Granted(now++, asked, owner(epoch), "NONE"));
    }

    HistoryBuilder start(String pod, long epoch, int id) {
        return start(pod, epoch, id, 1);
    }

    HistoryBuilder start(String pod, long epoch, int id, int attempt) {
        JobRef job = Objects.requireNonNull(jobs.get(id(id)));
        return add(pod, new Event.Started(now++, owner(epoch), id(id), job, attempt));
    }

    HistoryBuilder end(String pod, long epoch, int id) {
        return add(pod, new Event.Ended(now++, owner(epoch), id(id), false));
    }

    HistoryBuilder fail(String pod, long epoch, int id) {
        return add(pod, new Event.Ended(now++, owner(epoch), id(id), true));
    }

    HistoryBuilder runs(String pod, long epoch, int... ids) {
        for (int id : ids) {
            start(pod, epoch, id).end(pod, epoch, id);
        }
        return this;
    }

    /** Sends a removal, which {@link #answer} answers. */
    HistoryBuilder send(String pod, long epoch, Kind kind, int... ids) {
        List<StreamId> list = Arrays.stream(ids).mapToObj(HistoryBuilder::id).toList();
        return add(pod, new Event.RemovalSent(now++, owner(epoch), ++calls, kind, list));
    }

    /** Answers the removal sent last. */
    HistoryBuilder answer(String pod, Answer answer) {
        return add(pod, new Event.RemovalAnswered(now++, calls, answer));
    }

    HistoryBuilder commit(String pod, long epoch, int... ids) {
        return send(pod, epoch, Kind.COMMIT, ids).answer(pod, Answer.DONE);
    }

    HistoryBuilder move(String pod, long epoch, int... ids) {
        return send(pod, epoch, Kind.MOVE, ids).answer(pod, Answer.DONE);
    }

    HistoryBuilder fetch(String pod, long epoch, Answer answer) {
        long asked = now++;
        return add(pod, new Event.Fetched(now++, asked, owner(epoch), answer, 1));
    }

    HistoryBuilder released(String pod, long epoch) {
        return add(pod, new Event.Gone(now++, owner(epoch), true));
    }

    HistoryBuilder kill(String pod) {
        kills.put(pod, now++);
        return this;
    }

    /** Lets {@code nanos} pass. */
    HistoryBuilder pass(long nanos) {
        now += nanos;
        return this;
    }

    long now() {
        return now;
    }

    History build() {
        List<PodLife> lives = new ArrayList<>();
        pods.forEach((name, events) -> lives.add(new PodLife(name, events, kills.getOrDefault(name, NEVER))));
        return new History(lives, sent, new Remains(inStreams, dead));
    }

    static StreamId id(int number) {
        return new StreamId(number, 0);
    }

    private static Owner owner(long epoch) {
        return new Owner(0, epoch);
    }

    private HistoryBuilder add(String pod, Event event) {
        pods.computeIfAbsent(pod, k -> new ArrayList<>()).add(event);
        return this;
    }
}
