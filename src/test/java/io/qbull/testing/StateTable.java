package io.qbull.testing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Numbers the states of a search in the order in which they are found. A state is kept as the numbers of its parts. */
final class StateTable {
    private final int width;
    private final Map<Object, Integer> numbers = new HashMap<>();
    private final List<Object> parts = new ArrayList<>();
    private final IntList states = new IntList();
    /** Open addressing; a state's number plus one, 0 is free. */
    private int[] slots = new int[1 << 12];

    /**
     * @param width number of parts of a state
     */
    StateTable(int width) {
        this.width = width;
    }

    int size() {
        return states.size() / width;
    }

    List<Object> parts(int state) {
        List<Object> found = new ArrayList<>(width);
        for (int index = 0; index < width; index++) {
            found.add(parts.get(states.get(state * width + index)));
        }
        return found;
    }

    /**
     * @param state parts of a state
     * @param like number of a state that has parts in common with it
     * @return its number; {@link #size} was this number before if the state is new
     */
    int number(List<Object> state, int like) {
        int[] packed = new int[width];
        for (int index = 0; index < width; index++) {
            int likely = like < size() ? states.get(like * width + index) : 0;
            packed[index] =
                    likely < parts.size() && parts.get(likely) == state.get(index) ? likely : part(state.get(index));
        }
        int slot = slot(packed);
        if (slots[slot] != 0) {
            return slots[slot] - 1;
        }
        for (int part : packed) {
            states.add(part);
        }
        slots[slot] = size();
        if (size() * 2 > slots.length) {
            grow();
        }
        return size() - 1;
    }

    private int part(Object part) {
        Integer known = numbers.putIfAbsent(part, parts.size());
        if (known != null) {
            return known;
        }
        parts.add(part);
        return parts.size() - 1;
    }

    private int slot(int[] packed) {
        int hash = 0;
        for (int part : packed) {
            hash = (hash ^ part) * 0x9E3779B1;
            hash ^= hash >>> 15;
        }
        int slot = hash & (slots.length - 1);
        while (slots[slot] != 0 && !same(packed, slots[slot] - 1)) {
            slot = (slot + 1) & (slots.length - 1);
        }
        return slot;
    }

    private boolean same(int[] packed, int state) {
        for (int index = 0; index < width; index++) {
            if (packed[index] != states.get(state * width + index)) {
                return false;
            }
        }
        return true;
    }

    private void grow() {
        slots = new int[slots.length * 2];
        int[] packed = new int[width];
        for (int state = 0; state < size(); state++) {
            for (int index = 0; index < width; index++) {
                packed[index] = states.get(state * width + index);
            }
            slots[slot(packed)] = state + 1;
        }
    }
}
