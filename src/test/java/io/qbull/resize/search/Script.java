package io.qbull.resize.search;

import io.qbull.model.LogPart;
import io.qbull.resize.LogEntry;
import io.qbull.resize.MoveCommand;
import io.qbull.resize.ResizePlan;
import io.qbull.resize.search.Item.Stored;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A script that somebody sends to Redis. */
sealed interface Script {
    /** Kinds of scripts, by which a scenario says which of them may be late. */
    enum Kind {
        COPY,
        PAGE,
        TELL,
        UNPACK,
        COMMIT,
        FAIL,
        STEP
    }

    Kind kind();

    /** The partition that it changes. */
    int partition();

    /** Adds entries of the source to a partition. */
    record Copy(ResizePlan plan, int source, int partition, List<LogEntry<Item.OfJob>> entries) implements Script {
        @Override
        public Kind kind() {
            return Kind.COPY;
        }
    }

    /** Deletes a page; what follows it is read from the world. */
    record Page(int pod, int epoch, int partition, ResizePlan plan, MoveCommand.ReadPage<Item.OfJob> command)
            implements Script {
        @Override
        public Kind kind() {
            return Kind.PAGE;
        }
    }

    /** Tells that nothing leaves any more. */
    record Tell(int pod, int epoch, int partition, ResizePlan plan) implements Script {
        @Override
        public Kind kind() {
            return Kind.TELL;
        }
    }

    /** Puts a held or delayed job of a segment where it belongs. */
    record Unpack(int pod, int epoch, int partition, LogPart part, Stored entry) implements Script {
        @Override
        public Kind kind() {
            return Kind.UNPACK;
        }
    }

    /** Records the end of a job; the entry of a held job is null. */
    record Commit(
            int pod,
            int epoch,
            int partition,
            int job,
            LogPart part,
            @Nullable Stored entry) implements Script {
        @Override
        public Kind kind() {
            return Kind.COMMIT;
        }
    }

    /** Records the failure of a job and holds its key; the entry of a held job is null. */
    record Fail(
            int pod,
            int epoch,
            int partition,
            int job,
            LogPart part,
            @Nullable Stored entry) implements Script {
        @Override
        public Kind kind() {
            return Kind.FAIL;
        }
    }

    /** Seals a partition. */
    record Seal(ResizePlan plan, int partition) implements Script {
        @Override
        public Kind kind() {
            return Kind.STEP;
        }
    }

    /** Opens a partition. */
    record Open(ResizePlan plan, int partition) implements Script {
        @Override
        public Kind kind() {
            return Kind.STEP;
        }
    }

    /** Lets a partition run what stands behind its marker. */
    record Start(ResizePlan plan, int partition) implements Script {
        @Override
        public Kind kind() {
            return Kind.STEP;
        }
    }
}
