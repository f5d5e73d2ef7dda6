package io.qbull.resize;

import io.qbull.model.Layout;
import io.qbull.model.Resize;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a resize means for keys and partitions: pure arithmetic.
 *
 * @param resize the resize
 */
public record ResizePlan(Resize resize) {
    /**
     * @param current the layout that the queue has
     * @param partitions the number that it is to have
     * @return the plan
     * @throws IllegalArgumentException if that number is out of range, or the queue has it already
     */
    public static ResizePlan of(Layout current, int partitions) {
        return new ResizePlan(new Resize(current.version() + 1, current.partitions(), partitions));
    }

    /**
     * @return the version of the new layout
     */
    public int version() {
        return resize.version();
    }

    /**
     * @param hash hash of a key
     * @param partition any index
     * @return whether the key moves from that partition to another one; false, too, for a key that does not belong there
     */
    public boolean leaves(long hash, int partition) {
        return resize.before().indexOf(hash) == partition && target(hash) != partition;
    }

    /**
     * @param hash hash of a key
     * @return the index of its partition under the new layout
     */
    public int target(long hash) {
        return resize.after().indexOf(hash);
    }

    /**
     * The old partitions from which keys come to a new one; it runs no job of the new layout before all of them have moved. These are the
     * old partitions p = q (mod gcd): only for them is there a hash that is p under the old layout and q under the new one.
     *
     * @param partition an index under the new layout
     * @return in ascending order; the partition itself is among them if it is an old one
     */
    public List<Integer> feeders(int partition) {
        return congruent(partition, resize.from());
    }

    /**
     * @param partition an index under the old layout
     * @return the new partitions to which keys of that one move, in ascending order, without itself
     */
    public List<Integer> receivers(int partition) {
        return fed(partition).stream().filter(index -> index != partition).toList();
    }

    /**
     * @param partition an index under the old layout
     * @return the new partitions that wait for that one, in ascending order, itself included if it is one
     */
    List<Integer> fed(int partition) {
        return congruent(partition, resize.to());
    }

    private List<Integer> congruent(int partition, int partitions) {
        int step = divisor();
        return IntStream.iterate(partition % step, index -> index < partitions, index -> index + step)
                .boxed()
                .toList();
    }

    /**
     * @param partition an index under the old layout
     * @return which part of all possible keys of that partition move: above 0, and 1 if the partition retires
     */
    public double shareLeaving(int partition) {
        return retires(partition) ? 1 : 1 - share();
    }

    /**
     * @return which part of all possible keys of an old partition belongs to each of the new ones that it feeds
     */
    public double share() {
        return (double) divisor() / resize.to();
    }

    /**
     * @param partition any index
     * @return whether the old layout has that partition and the new one does not
     */
    public boolean retires(int partition) {
        return isOld(partition) && partition >= resize.to();
    }

    /**
     * @param partition any index
     * @return whether the old layout has that partition
     */
    public boolean isOld(int partition) {
        return partition < resize.from();
    }

    /**
     * @return the partitions of the old layout
     */
    public IntStream old() {
        return IntStream.range(0, resize.from());
    }

    /**
     * @return the partitions that both layouts have
     */
    public IntStream surviving() {
        return IntStream.range(0, Math.min(resize.from(), resize.to()));
    }

    /**
     * @return the partitions that only the old layout has
     */
    public IntStream retired() {
        return IntStream.range(resize.to(), resize.from());
    }

    /**
     * @return the partitions that only the new layout has
     */
    public IntStream added() {
        return IntStream.range(resize.from(), resize.to());
    }

    private int divisor() {
        int divisor = resize.from();
        int rest = resize.to();
        while (rest != 0) {
            int next = divisor % rest;
            divisor = rest;
            rest = next;
        }
        return divisor;
    }
}
