// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {ISignerRegistry} from "../../../contracts/interfaces/ISignerRegistry.sol";
import {Attestations} from "../../../contracts/types/RiskTypes.sol";
import {OracleFixture} from "./OracleFixture.sol";

/// @notice given sets of signers / when they are rotated, thinned out or read / versions, events and quorums say so.
contract SignerSetsTest is OracleFixture {
    bytes32 private constant DIGEST = keccak256("digest");

    function verify(uint32 version, uint256 bitmap, uint256 firstKey) public view {
        Attestations memory attestations;
        attestations.signerBitmap = bitmap;
        for (uint256 index = 0; bitmap >> index != 0; ++index) {
            if ((bitmap >> index) & 1 == 0) continue;
            bytes memory signature = _sign(firstKey + index, DIGEST);
            attestations.signatures = abi.encodePacked(attestations.signatures, signature);
        }
        _signers.verifyQuorum(version, DIGEST, bitmap, attestations.signatures);
    }

    function _refusesVersion(uint32 version, uint256 bitmap, uint256 firstKey) private {
        vm.expectPartialRevert(ISignerRegistry.SignerRegistryInactiveVersion.selector);
        this.verify(version, bitmap, firstKey);
    }

    /// @dev Version 0 has no signers and no threshold: were it live, nobody's signature would be a quorum.
    function test_RevertWhen_NobodySignsForAVersionThatNeverWas() external {
        _refusesVersion(0, 0, 1_001);
        _refusesVersion(2, 0, 1_001);
        _signers.activateSet(_signerSet(11, 4), 3);
        _refusesVersion(0, 0, 1_001);
        _refusesVersion(3, 0, 1_001);
    }

    function test_RevertWhen_TheFirstSignerIsZeroOrRepeated() external {
        address[] memory set = _signerSet(1, 4);
        set[0] = address(0);
        vm.expectRevert(abi.encodeWithSelector(ISignerRegistry.SignerRegistryZeroSigner.selector, 0));
        _signers.activateSet(set, 3);
        set = _signerSet(1, 4);
        set[2] = set[0];
        vm.expectRevert(abi.encodeWithSelector(ISignerRegistry.SignerRegistryDuplicateSigner.selector, set[0]));
        _signers.activateSet(set, 3);
    }

    function test_RotationTwice_OnlyTheSetBeforeLivesOn() external {
        assertEq(_signers.previousExpiresAt(), 0);
        address[] memory second = _signerSet(11, 4);
        vm.expectEmit(address(_signers));
        emit ISignerRegistry.SignerSetActivated(2, second, 4);
        assertEq(_signers.activateSet(second, 4), 2);
        assertEq(_signers.previousExpiresAt(), START + OVERLAP_SEC);
        (uint32 version, address[] memory signers, uint8 threshold) = _signers.currentSet();
        assertEq(version, 2);
        assertEq(signers, second);
        assertEq(threshold, 4);
        vm.warp(START + 10);
        assertEq(_signers.activateSet(_signerSet(21, 4), 3), 3);
        assertEq(_signers.previousExpiresAt(), START + 10 + OVERLAP_SEC);
        _refusesVersion(1, FIRST_THREE, 1_001);
        verify(2, 0xf, 1_011);
        verify(3, FIRST_THREE, 1_021);
    }

    function test_RemovedSignersReadAsZero() external {
        address[] memory set = _signerSet(11, 6);
        _signers.activateSet(set, 4);
        vm.startPrank(GUARDIAN);
        vm.expectEmit(address(_signers));
        emit ISignerRegistry.SignerRemoved(set[0]);
        _signers.removeSigner(set[0]);
        _signers.removeSigner(set[2]);
        (, address[] memory signers, ) = _signers.currentSet();
        (set[0], set[2]) = (address(0), address(0));
        assertEq(signers, set);
        verify(2, 0x3a, 1_011);
    }

    /// @dev A signer of one of the two live sets is known, whichever it is.
    function test_ASignerOfEitherLiveSetCanBeRemoved() external {
        _signers.activateSet(_signerSet(11, 4), 3);
        vm.startPrank(GUARDIAN);
        _signers.removeSigner(vm.addr(1_001));
        vm.expectPartialRevert(ISignerRegistry.SignerRegistryInvalidSignature.selector);
        this.verify(1, FIRST_THREE, 1_001);
        _signers.removeSigner(vm.addr(1_011));
        vm.expectPartialRevert(ISignerRegistry.SignerRegistryInvalidSignature.selector);
        this.verify(2, FIRST_THREE, 1_011);
    }

    function test_RevertWhen_AFormerGuardianRemoves() external {
        (address next, address signer) = (address(0x6b), vm.addr(1_001));
        _manager.revokeRole(_manager.GUARDIAN_ROLE(), GUARDIAN);
        _manager.grantRole(_manager.GUARDIAN_ROLE(), next, 0);
        vm.prank(GUARDIAN);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, GUARDIAN));
        _signers.removeSigner(signer);
        vm.prank(next);
        _signers.removeSigner(signer);
    }
}
