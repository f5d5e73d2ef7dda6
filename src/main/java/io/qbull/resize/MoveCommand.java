package io.qbull.resize;

import io.qbull.model.LogPart;
import io.qbull.model.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the owner of a partition that moves sends to Redis. Each command may be repeated as it is while it is not answered.
 *
 * @param <E> the content of an entry
 */
public sealed interface MoveCommand<E> {
    /**
     * Deletes what was copied, and reads on. Refused if the caller is not the owner, the partition is not sealed for this version, or
     * has moved for it.
     *
     * @param part what to delete from and to read
     * @param after the position behind which to read; null for the beginning of the part
     * @param delete entries of that part that are where they belong now
     * @param <E> the content of an entry
     */
    record ReadPage<E>(LogPart part, @Nullable Position after, List<Position> delete) implements MoveCommand<E> {}

    /**
     * Adds entries to another partition, unless they are there already. Refused if jobs of the new layout run there: then all has been
     * copied, and the caller is out of date.
     *
     * @param target index of that partition
     * @param entries in the order of their positions
     * @param <E> the content of an entry
     */
    record Copy<E>(int target, List<LogEntry<E>> entries) implements MoveCommand<E> {}

    /**
     * Records that nothing leaves the partition any more. Refused if the caller is not the owner.
     *
     * @param <E> the content of an entry
     */
    record TellMoved<E>() implements MoveCommand<E> {}
}
