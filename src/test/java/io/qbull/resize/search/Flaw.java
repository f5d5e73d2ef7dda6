package io.qbull.resize.search;

/** A rule of the protocol that a model leaves out. */
enum Flaw {
    /** An owner that knows of the seal starts jobs of keys that leave. */
    RUNS_WHAT_LEAVES,
    /** It does so only with held jobs. */
    RUNS_HELD_WHAT_LEAVES,
    /** It parks jobs of keys that leave. */
    PARKS_WHAT_LEAVES,
    /** A take-over does not read the seal before it starts anything. */
    TAKES_OVER_BLINDLY,
    /** The owner learns of the resize from the layout, and the first page is read without comparing the lease. */
    READS_UNFENCED,
    /** The owner moves when it has seen the intent, before its partition is sealed. */
    MOVES_ON_INTENT,
    /** It moves while a job that leaves is running. */
    MOVES_WHILE_RUNNING,
    /** It moves while the end of a job that leaves is not on record. */
    MOVES_WHILE_UNCOMMITTED,
    /** It moves while a command about a key that leaves is not answered. */
    MOVES_WHILE_UNANSWERED,
    /** The jobs of a page are copied one by one, in any order. */
    COPIES_IN_ANY_ORDER,
    /** A page is deleted before its copies are answered. */
    DELETES_UNANSWERED,
    /** A copy is made although the target has started. */
    COPIES_AFTER_START,
    /** A copy does not look at the last position. */
    COPIES_AGAIN,
    /** The last position is forgotten when its segment is empty, not only after the start. */
    FORGETS_POSITIONS,
    /** Positions are compared by their id, without the part of the log. */
    COMPARES_IDS_ALONE,
    /** A page is deleted although the partition has moved. */
    DELETES_AFTER_MOVE,
    /** The end of the move is told before the last page is deleted. */
    TELLS_TOO_EARLY,
    /** A partition waits only for the old one with its own index. */
    WAITS_FOR_ITSELF_ALONE,
    /** A partition waits for all that feed it but itself. */
    WAITS_NOT_FOR_ITSELF,
    /** The next resize begins when all have moved, before they have started. */
    RESIZES_BEFORE_START,
    /** Segments of earlier resizes do not move. */
    LEAVES_SEGMENTS,
    /** The stream moves before the segments. */
    MOVES_STREAM_FIRST,
    /** Held jobs move last. */
    MOVES_HELD_LAST,
    /** Held and delayed jobs do not move. */
    LEAVES_HELD_AND_DELAYED,
    /** The owner runs its stream before its segments. */
    RUNS_STREAM_FIRST,
    /** A held job is unpacked without looking whether its entry is still there. */
    UNPACKS_TWICE,
    /** Delayed jobs are promoted between seal and start. */
    PROMOTES_BEFORE_START,
    /** Delayed jobs are cancelled between seal and start. */
    CANCELS_BEFORE_START,
    /** Delayed jobs travel in segments. */
    DELAYED_IN_SEGMENTS,
    /** Attempts of held jobs stay behind. */
    FORGETS_ATTEMPTS,
    /** A partition opens before all old ones are sealed. */
    OPENS_AT_ONCE,
    /** A late seal is made again. */
    SEALS_AGAIN,
    /** A retired partition that has moved does not count as started. */
    RETIRES_WITHOUT_START,
    /** A pod that has all the partitions it may have takes no partition that has yet to move. */
    NEVER_ABOVE_CAPACITY,
    /** A job parked from a segment gets a place as if it came from the stream. */
    PLACES_AS_IN_THE_STREAM
}
