package io.qbull.model.why;

import java.util.Locale;

/**
 * Why jobs of a partition, of a key, or one job, do not run now. Each kind is a record with what it is about. The parts of this type say
 * who can know of it.
 */
public sealed interface Cause permits JobCause, LeaseCause, OwnerCause, ResizeBarrier, Resizing, StoreCause {
    /**
     * @return one plain sentence, without a capital and a full stop; safe to print
     */
    String sentence();

    /**
     * @return what a person can do about it, a sentence with capital and full stop; empty if there is nothing to do
     */
    String advice();

    /**
     * @return its kind for programs, such as {@code job-running}
     */
    default String kind() {
        return getClass().getSimpleName().replaceAll("(?<=.)([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }
}
