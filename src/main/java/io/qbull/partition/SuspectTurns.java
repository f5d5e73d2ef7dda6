package io.qbull.partition;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lets the crash suspects of a process start one at a time, whichever queue and partition they belong to: a process dies as a whole, so
 * only a suspect that ran alone can be blamed. A suspect that runs beyond its patience passes the turn on and runs on; those that start
 * meanwhile are not alone.
 *
 * <p>A turn that is not passed on, because Redis does not answer or because a lease was lost, ends by itself after twice the patience.
 * Knows no jobs and no clock. Thread-safe.
 */
public final class SuspectTurns {
    private static final SuspectTurns PROCESS = new SuspectTurns();

    private final Deque<Turn> line = new ArrayDeque<>();
    /** Whose suspects run, or have ended and are not yet on record. */
    private final Set<Turn> running = new HashSet<>();

    private @Nullable Turn current;
    /** When the current turn ends by itself. */
    private long end;

    /**
     * @return the turns of this process, shared by all of its nodes
     */
    public static SuspectTurns ofProcess() {
        return PROCESS;
    }

    /**
     * @param patience how long a turn that is not used may last
     * @param comes called on any thread when a turn has come that was waited for; must not block
     * @return the turns of one pump, one after another
     */
    Turn turn(Duration patience, Runnable comes) {
        return new Turn(patience, comes);
    }

    /**
     * Called with the lock.
     *
     * @return whose turn comes; null if nobody waits
     */
    private @Nullable Turn passOn(long now) {
        current = line.poll();
        if (current != null) {
            end = now + 2 * current.patience.toNanos();
        }
        return current;
    }

    private static void tell(@Nullable Turn next) {
        if (next != null) {
            next.comes.run();
        }
    }

    /** The turns of one pump, one after another. On its event loop, except {@link #ended}. */
    final class Turn {
        private final Duration patience;
        private final Runnable comes;
        /** The suspect has ended; its end may not be on record yet. */
        private boolean ended;
        /** Nothing will be put on record any more. */
        private boolean lost;
        /** Names the suspect; empty between two. */
        private String suspect = "";

        private Turn(Duration patience, Runnable comes) {
            this.patience = patience;
            this.comes = comes;
        }

        /**
         * Asks for the turn and waits in line for it.
         *
         * @return whether it has come
         */
        boolean ask(long now) {
            Turn next = null;
            synchronized (SuspectTurns.this) {
                if (current != this && !line.contains(this)) {
                    line.add(this);
                }
                if (current == null || end - now <= 0) {
                    next = passOn(now);
                }
                if (current == this && !running.contains(this)) {
                    return true;
                }
            }
            tell(next);
            return false;
        }

        /** Whether the turn has come and is not used yet. */
        boolean here() {
            synchronized (SuspectTurns.this) {
                return current == this && !running.contains(this);
            }
        }

        /** Names the suspect of another pump that is waited for; empty if that has not started, or if there is none. From any thread. */
        String awaited() {
            synchronized (SuspectTurns.this) {
                return current == null || current == this ? "" : current.suspect;
            }
        }

        /** How long it is until the current turn ends by itself. */
        Duration rest(long now) {
            synchronized (SuspectTurns.this) {
                return Duration.ofNanos(Math.max(0, end - now));
            }
        }

        /**
         * A suspect starts.
         *
         * @param name says which, for people
         * @param limit how long it keeps the turn before it {@linkplain #pass passes it on}
         * @return whether no other suspect of the process runs
         */
        boolean start(String name, Duration limit, long now) {
            synchronized (SuspectTurns.this) {
                suspect = name;
                ended = false;
                boolean alone = current == this && running.isEmpty();
                running.add(this);
                if (current == this) {
                    end = now + 2 * limit.toNanos();
                }
                return alone;
            }
        }

        /** Others may have the turn: it is not needed, or its suspect runs on. */
        void pass(long now) {
            Turn next = null;
            synchronized (SuspectTurns.this) {
                if (current == this) {
                    next = passOn(now);
                }
            }
            tell(next);
        }

        /** The end of the suspect is on record, or it did not start. */
        void end(long now) {
            synchronized (SuspectTurns.this) {
                suspect = "";
                running.remove(this);
            }
            pass(now);
        }

        /** The suspect has ended. From any thread. */
        void ended(long now) {
            boolean over;
            synchronized (SuspectTurns.this) {
                ended = true;
                over = lost;
            }
            if (over) {
                end(now);
            }
        }

        /** The pump is over. A suspect that runs on may still take the process down: the turn lasts until it ends. */
        void lose(long now) {
            boolean over;
            synchronized (SuspectTurns.this) {
                line.remove(this);
                lost = true;
                over = ended || !running.contains(this);
            }
            if (over) {
                end(now);
            }
        }
    }
}
