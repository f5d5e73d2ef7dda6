package io.qbull.store.redis;

/**
 * Where a command goes.
 *
 * @param node the server
 * @param link the connection to it
 */
record Route(Node node, Link link) {}
