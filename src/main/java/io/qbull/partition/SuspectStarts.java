package io.qbull.partition;

import io.qbull.model.Attempts;
import io.qbull.model.Job;
import io.qbull.model.why.RunningJob;
import io.qbull.runtime.EventLoop;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Starts jobs over which the previous owner may have died: waits for the turn of the process, and puts on record what a crash would
 * mean. A suspect that runs alone is counted before it starts; one that starts while others run, or that runs beyond its patience, is
 * not, and its patience doubles instead. So a job is blamed only for a crash that no other suspect can have caused, and one that is slow
 * to kill is found when its patience has grown long enough. On the event loop, except {@link Suspect#ended}.
 */
final class SuspectStarts {
    /** With more doublings the patience is longer than any process lives. */
    private static final int MOST_DOUBLINGS = 30;

    private static final Duration LONGEST = Duration.ofDays(365);

    private final LeasedPartition partition;
    private final Duration patience;
    private final SuspectTurns.Turn turn;
    private final Runnable changed;
    /** The turn was asked for, and is neither used nor given back. */
    private boolean asked;
    /** The suspect whose end is not on record. */
    private @Nullable Suspect last;

    private EventLoop.@Nullable Timer lookTimer;
    private boolean closed;

    /**
     * @param partition whose suspects start
     * @param patience how long a suspect may run before others of the process start
     * @param changed called when a suspect may start
     */
    SuspectStarts(LeasedPartition partition, Duration patience, Runnable changed) {
        this.partition = partition;
        this.patience = patience;
        this.changed = changed;
        EventLoop loop = partition.loop();
        this.turn = partition.context().turns().turn(patience, () -> loop.execute(this::turnCame));
    }

    /** Whether a suspect may start now. */
    boolean turnIsHere() {
        return asked && turn.here();
    }

    /**
     * Asks for the turn if that is what the pump waits for, else gives it back.
     *
     * @param cause what the pump waits for
     * @return whether the turn has come
     */
    boolean turnComes(StallCause cause) {
        if (cause == StallCause.SUSPECT_ELSEWHERE) {
            asked = true;
            if (turn.ask(partition.now())) {
                return true;
            }
            lookAgain();
        } else if (turnIsHere()) {
            asked = false;
            turn.pass(partition.now());
        }
        return false;
    }

    /** Names the suspect of another partition that runs first; empty if it is not known. From any thread. */
    String awaited() {
        return turn.awaited();
    }

    private void turnCame() {
        if (!closed) {
            asked = true;
            changed.run();
        }
    }

    /** The turn of another pump may end by itself. */
    private void lookAgain() {
        if (lookTimer == null) {
            lookTimer = partition.loop().schedule(turn.rest(partition.now()), () -> {
                lookTimer = null;
                changed.run();
            });
        }
    }

    /**
     * Puts a start on record.
     *
     * @param work the job
     * @param recorded called when that is done
     */
    void record(Work work, Consumer<Suspect> recorded) {
        asked = false;
        Suspect suspect = new Suspect(work);
        last = suspect;
        put(suspect, () -> recorded.accept(suspect));
    }

    /** All that has ended is on record. */
    void settled() {
        if (last != null && last.over) {
            last = null;
            turn.end(partition.now());
        }
    }

    /** Records nothing more. */
    void end() {
        closed = true;
        if (lookTimer != null) {
            lookTimer.cancel();
            lookTimer = null;
        }
        if (last != null && (last.over || !last.runs)) {
            turn.end(partition.now());
        }
        turn.lose(partition.now());
    }

    private void put(Suspect suspect, Runnable then) {
        Work work = suspect.work;
        partition
                .commands()
                .perform(
                        () -> partition
                                .store()
                                .held()
                                .suspect(
                                        partition.lease(),
                                        work.place(),
                                        work.job().key(),
                                        work.job().attempts()),
                        done -> then.run());
    }

    private Duration patience(int doubled) {
        Duration grown = patience.multipliedBy(1L << Math.min(doubled, MOST_DOUBLINGS));
        return grown.compareTo(LONGEST) < 0 ? grown : LONGEST;
    }

    /** A suspect that starts, and what is on record of it. */
    final class Suspect {
        private final Attempts before;
        private final Duration limit;
        private final boolean alone;
        private Work work;
        private boolean runs;
        private boolean over;
        private EventLoop.@Nullable Timer timer;

        private Suspect(Work work) {
            this.before = work.job().attempts();
            this.limit = patience(before.doubled());
            Job job = work.job();
            String name = new RunningJob(job.id().value(), job.key(), 1, Duration.ZERO, "").name();
            this.alone = turn.start(name + " in partition " + partition.lease().partition(), limit, partition.now());
            this.work = work.with(alone ? before.withCrash() : before.withoutBlame(before.change()));
        }

        /** The job, with what is recorded of it or about to be. */
        Work work() {
            return work;
        }

        /** It was handed to a worker. */
        void runs() {
            runs = true;
            timer = partition.loop().schedule(limit, this::outOfPatience);
        }

        /** Its crash is taken back before another suspect gets the turn. */
        private void outOfPatience() {
            if (alone && !closed) {
                work = work.with(before.withoutBlame(work.job().attempts().change()));
                put(this, () -> turn.pass(partition.now()));
            } else {
                turn.pass(partition.now());
            }
        }

        /** It runs no more. From any thread. */
        void ended() {
            turn.ended(partition.now());
        }

        /** Its end is about to be put on record. */
        void isOver() {
            over = true;
            if (timer != null) {
                timer.cancel();
                timer = null;
            }
        }

        /**
         * It did not start: what was recorded of it before holds again.
         *
         * @param then called when that is on record
         */
        void takeBack(Runnable then) {
            isOver();
            work = work.with(before.withChange(work.job().attempts().change() + 1));
            put(this, () -> {
                partition.know(work);
                then.run();
            });
        }
    }
}
