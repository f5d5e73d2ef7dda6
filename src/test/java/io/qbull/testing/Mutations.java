package io.qbull.testing;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Random;

/** Makes inputs that are nearly valid, or random. Seeded. */
public final class Mutations {
    private final Random random;
    private final List<byte[]> pieces;

    /**
     * @param random makes every choice
     * @param pieces texts to insert now and then, beside random bytes
     */
    public Mutations(Random random, List<byte[]> pieces) {
        this.random = random;
        this.pieces = List.copyOf(pieces);
    }

    /**
     * @param seed a valid input
     * @return the same with one to four changes
     */
    public byte[] of(byte[] seed) {
        byte[] changed = seed;
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
            changed = once(changed);
        }
        return changed;
    }

    /**
     * @param longest length
     * @return random bytes
     */
    public byte[] noise(int longest) {
        byte[] noise = new byte[random.nextInt(longest + 1)];
        random.nextBytes(noise);
        return noise;
    }

    private byte[] once(byte[] from) {
        int begin = random.nextInt(from.length + 1);
        int end = Math.min(from.length, begin + random.nextInt(1 + random.nextInt(40)));
        ByteArrayOutputStream to = new ByteArrayOutputStream();
        to.write(from, 0, begin);
        switch (random.nextInt(6)) {
            case 0 -> to.write(from, end, from.length - end);
            case 1 -> {
                to.write(from, begin, end - begin);
                to.write(from, begin, from.length - begin);
            }
            case 2 -> {
                to.write(random.nextInt(256));
                to.write(from, Math.min(from.length, begin + 1), from.length - Math.min(from.length, begin + 1));
            }
            case 3 -> {
                to.writeBytes(noise(20));
                to.write(from, begin, from.length - begin);
            }
            case 4 -> {
                to.writeBytes(pieces.get(random.nextInt(pieces.size())));
                to.write(from, end, from.length - end);
            }
            default -> {
                // Truncates rarely, because it hides everything that follows.
                if (random.nextInt(4) != 0) {
                    to.write(from, begin, from.length - begin);
                }
            }
        }
        return to.toByteArray();
    }
}
