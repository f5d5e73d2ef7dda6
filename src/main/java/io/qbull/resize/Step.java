package io.qbull.resize;

/** A step of a resize. Each is carried out by one script and changes nothing if it has been carried out before. */
public sealed interface Step {
    /**
     * An old partition stops taking jobs for the old layout, and gets the marker in front of which everything that leaves is moved.
     *
     * @param partition its index
     */
    record Seal(int partition) implements Step {}

    /**
     * A partition starts taking jobs for the new layout.
     *
     * @param partition its index
     */
    record Open(int partition) implements Step {}

    /** The new layout becomes the one that producers read. */
    record MakeCurrent() implements Step {}

    /**
     * Nothing to call: the owner of an old partition moves what leaves it.
     *
     * @param partition its index
     */
    record AwaitMove(int partition) implements Step {}

    /**
     * A partition may run what stands behind its marker.
     *
     * @param partition its index
     */
    record Start(int partition) implements Step {}

    /** Nothing is left to do, and the next resize may begin. */
    record Done() implements Step {}
}
