package io.qbull.model;

/**
 * The owner of a lease, or the pod that requests one: a pod and a nonce that the pod uses for one lease only, so that a late command
 * under an earlier lease of the same pod is fenced. Its text is {@code pod#nonce}.
 *
 * @param pod the pod
 * @param nonce unique to the lease; letters and digits
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
