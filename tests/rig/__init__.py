"""The test rig: private servers on loopback that play the world around Postroom."""
