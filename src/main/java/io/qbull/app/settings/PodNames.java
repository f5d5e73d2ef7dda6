package io.qbull.app.settings;

import io.qbull.model.PodId;
import java.security.SecureRandom;

/** Names pods whose settings give no name. */
final class PodNames {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int LONGEST_HOST = 100;

    private PodNames() {}

    /** The host name and a random number, so that two pods on one machine differ, and a pod differs from its predecessor. */
    static PodId random() {
        String host = Hosts.name().replaceAll("[^A-Za-z0-9_.-]", "-");
        String cut = host.length() > LONGEST_HOST ? host.substring(0, LONGEST_HOST) : host;
        return new PodId(String.format("%s-%08x", cut, RANDOM.nextInt()));
    }
}
