// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Roots of `scripts/generate/tree-vectors.ts`; generated, do not edit
library TreeVectors {
    uint256 internal constant COUNT = 33;
    uint64 internal constant EPOCH = 7000000;

    /// @dev 32 bytes per tree, ascending by size.
    bytes internal constant ROOTS =
        hex"c4185dc5f309e31a0fe64bee3a66a0bf7f80581fcb967aa4372eca530d74ab0b"
        hex"a02d5fdb4275ee6df6380af5287d27d1cfa57fee5946527cdecfecf9203360b5"
        hex"4d66762f1b9c21fedb02ae9130d708c57292fb905dea905a85ea48b39a8d0d7f"
        hex"fbb686554d74de6478acfba45f72d7ec7d7f1e833c9b4f432b4da52fce669af3"
        hex"8cd616bcaeb6d7e7b9b88539059e10d97629e6a052d353651bf2904b43c77e12"
        hex"ccc42674c47fc24c1c206253baa9b35557cc8e83e1c8cf696f97fe4ca289b51c"
        hex"6b19fe59c4772f78f227c524e9156561d6ec03cf5757114eae29d4c79c335b04"
        hex"b0c1760c7192501493b7ddec18321afa756f316572571d6b982151c440b18465"
        hex"00578bdb3672acfe417c48d1f622c9e5d238b5e7b034e6a5974ad55957056410"
        hex"7dee50f92b1366ce6719d44666d9fe06ccdc519add217ef198d7655327e8c09d"
        hex"eee295295c3de03a3018e0ad3ad12f1d233baf5bc128ab9cc15c693491da114b"
        hex"864176c29c35ec2b9d402fd9209701b3e37bd38f4a9e5445c112057b00275261"
        hex"bd9def91621dda04457edef296c944767c63504788af7098126afb50de3e47bf"
        hex"4b365df94400eefdcbe61de2120dffdc742cf416841f86c996fd688f0f3c0900"
        hex"2e962a6b78e55792d086946f7f1ba961e62e96e72ce285fc88665ab75251b8c5"
        hex"ebb7839b6efb6a6827e29f0ade1b6d18812001e53b76be4714baf2d6dc448fae"
        hex"eaa2a14d6f157cb61e910940b4ded059e4341dfa13ff008948ddda985b0c1c7e"
        hex"d7efb89bdedfc33f9531a646dd6959c3f9adc5962aa929346f4d0a37ab08afdc"
        hex"0c8e42961269faf0d5c88dc24d724277cebee8b90f5a4a98695385b400f2091a"
        hex"9614b2cdfff06ec393db9fc628b2c4d462dd2a6a7fefc61d08d69a77d5c7446f"
        hex"78b8ca174a2cf6458547745e0d26706d1003d6c92c3bd931674a3bc6ea5e7d4e"
        hex"11a4a90d8e8d34f682e634c8afc94aa2f2b883abeaa52caec8721d980c12d5b5"
        hex"1e06ae5e56f8e897dc707401dac5331c518d2b28aeb6101641e2a9ce1168b6af"
        hex"f64f84d9f00d2adb4ca52658f9a09d66aff35cbf40bab4ba77f9308b8ac834f7"
        hex"a8fc9ca670f006f564199c540cd4281e166c64819da6ed37f24e7a3fe498e038"
        hex"45b352b473e8a6f93e78d2446e22b782bfb66865f4718321444b46178c654efc"
        hex"dd6dcbea79a5848510efd9aa0f769928328cf5d8e90fe211dd3e3b38142beecc"
        hex"49f3bfdd00f130596c5d02d3de8dbabb4f41b5d91de82d9c1e2464f69f6e7b46"
        hex"a787b64ade59e2c5eea25d4f445a61216b61b19e442f96ab813cd1e04c9dc820"
        hex"4abb65a23fc7cd95b4032e7155808ba02db29fae85a147469fed5d6dce2a2b7b"
        hex"4a30fba6d6c098f71811a6e7588a42c2665c305e850f287dace2dd91eeb9ace9"
        hex"f9c72640b46036f347bcad0065bb4ba075af1bc0a3a0ea0f13cf6e04d81c49ce"
        hex"a15f8dcfefde85d1ac19159e66337ed589b0d520ab0f5a22e8b46f546da82e5f";
}
