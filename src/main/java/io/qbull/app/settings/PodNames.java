package io.qbull.app.settings;

import io.qbull.model.PodId;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;

/** Names for pods that nobody named. */
final class PodNames {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int LONGEST_HOST = 100;

    private PodNames() {}

    /** Host name and a random number, so that two pods of one machine, and two lives of one pod, differ. */
    static PodId random() {
        String host = host().replaceAll("[^A-Za-z0-9_.-]", "-");
        String cut = host.length() > LONGEST_HOST ? host.substring(0, LONGEST_HOST) : host;
        return new PodId(String.format("%s-%08x", cut, RANDOM.nextInt()));
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "pod";
        }
    }
}
