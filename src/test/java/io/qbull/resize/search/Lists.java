package io.qbull.resize.search;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Changed copies of immutable lists. */
final class Lists {
    private Lists() {}

    static <T> List<T> plus(List<T> list, T item) {
        List<T> longer = new ArrayList<>(list);
        longer.add(item);
        return List.copyOf(longer);
    }

    static <T> List<T> set(List<T> list, int index, T item) {
        List<T> other = new ArrayList<>(list);
        other.set(index, item);
        return List.copyOf(other);
    }

    static <T> List<T> without(List<T> list, int index) {
        List<T> shorter = new ArrayList<>(list);
        shorter.remove(index);
        return List.copyOf(shorter);
    }

    static <T> List<T> without(List<T> list, Predicate<T> unwanted) {
        return list.stream().filter(unwanted.negate()).toList();
    }
}
