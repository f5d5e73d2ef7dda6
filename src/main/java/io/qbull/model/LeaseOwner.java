package io.qbull.model;

/**
 * Who holds, or wants, a lease: a pod and a nonce that this pod uses for one lease only, so that a late command of an
 * earlier lease of the same pod is told apart. Its text is {@code pod#nonce}.
 *
 * @param pod the pod
 * @param nonce unique for the lease; letters and digits
 */
public record LeaseOwner(PodId pod, String nonce) {
    /**
     * @param text {@code pod#nonce}
     * @return the owner
     * @throws IllegalArgumentException if {@code text} has another form
     */
    public static LeaseOwner parse(String text) {
        int hash = text.lastIndexOf('#');
        if (hash < 0) {
            throw new IllegalArgumentException("'" + Printable.of(text) + "' is no lease owner (pod#nonce)");
        }
        return new LeaseOwner(new PodId(text.substring(0, hash)), text.substring(hash + 1));
    }

    @Override
    public String toString() {
        return pod.value() + "#" + nonce;
    }
}
