// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IRiskClasses} from "../../../contracts/interfaces/IRiskClasses.sol";
import {ISignerRegistry} from "../../../contracts/interfaces/ISignerRegistry.sol";
import {Attestations, RiskClass} from "../../../contracts/types/RiskTypes.sol";
import {OracleFixture} from "./OracleFixture.sol";

/// @notice given signers and classes / when a change would weaken the quorum or contradict itself / it reverts.
contract RegistriesTest is OracleFixture {
    bytes32 private constant DIGEST = keccak256("digest");

    function _verify(uint32 version, uint256 bitmap) private view {
        Attestations memory attestations = _attestDigest(DIGEST, bitmap);
        _signers.verifyQuorum(version, DIGEST, attestations.signerBitmap, attestations.signatures);
    }

    function test_S6_S9_RevertWhen_SetIsInvalid() public {
        bytes4 threshold = ISignerRegistry.SignerRegistryThreshold.selector;
        vm.expectRevert(abi.encodeWithSelector(threshold, 2, 3, 4));
        _signers.activateSet(_signerSet(1, 4), 2);
        vm.expectRevert(abi.encodeWithSelector(threshold, 5, 3, 4));
        _signers.activateSet(_signerSet(1, 4), 5);
        vm.expectRevert(abi.encodeWithSelector(ISignerRegistry.SignerRegistrySize.selector, 0, 32));
        _signers.activateSet(new address[](0), 0);
        vm.expectRevert(abi.encodeWithSelector(ISignerRegistry.SignerRegistrySize.selector, 33, 32));
        _signers.activateSet(_signerSet(1, 33), 17);
        address[] memory set = _signerSet(1, 4);
        set[3] = set[1];
        vm.expectRevert(abi.encodeWithSelector(ISignerRegistry.SignerRegistryDuplicateSigner.selector, set[1]));
        _signers.activateSet(set, 3);
        set[3] = address(0);
        vm.expectRevert(abi.encodeWithSelector(ISignerRegistry.SignerRegistryZeroSigner.selector, 3));
        _signers.activateSet(set, 3);
        vm.prank(GUARDIAN);
        vm.expectRevert();
        _signers.activateSet(_signerSet(1, 4), 3);
    }

    function test_S11_ActivateSet_OldVersionLivesForTheOverlapOnly() public {
        _signers.activateSet(_signerSet(1, 32), 17);
        _verify(1, FIRST_THREE);
        _verify(2, (1 << 17) - 1);
        vm.warp(START + OVERLAP_SEC);
        _verify(1, FIRST_THREE);
        vm.warp(START + OVERLAP_SEC + 1);
        vm.expectPartialRevert(ISignerRegistry.SignerRegistryInactiveVersion.selector);
        this.verifyExternal(1, FIRST_THREE);
        vm.expectPartialRevert(ISignerRegistry.SignerRegistryInactiveVersion.selector);
        this.verifyExternal(0, FIRST_THREE);
        vm.expectPartialRevert(ISignerRegistry.SignerRegistryInactiveVersion.selector);
        this.verifyExternal(3, FIRST_THREE);
    }

    function verifyExternal(uint32 version, uint256 bitmap) external view {
        _verify(version, bitmap);
    }

    function test_S10_RemoveSigner_CountsNowhereAndNeverBelowThreshold() public {
        address[] memory set = _signerSet(1, 4);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, address(this)));
        _signers.removeSigner(set[0]);
        _signers.activateSet(set, 3);
        vm.startPrank(GUARDIAN);
        _signers.removeSigner(set[0]);
        vm.expectPartialRevert(ISignerRegistry.SignerRegistryInvalidSignature.selector);
        this.verifyExternal(1, FIRST_THREE);
        vm.expectPartialRevert(ISignerRegistry.SignerRegistryInvalidSignature.selector);
        this.verifyExternal(2, FIRST_THREE);
        _verify(2, 0xe);
        vm.expectRevert(abi.encodeWithSelector(ISignerRegistry.SignerRegistryBelowThreshold.selector, 2, 3));
        _signers.removeSigner(set[1]);
        vm.expectRevert(abi.encodeWithSelector(ISignerRegistry.SignerRegistryUnknownSigner.selector, set[0]));
        _signers.removeSigner(set[0]);
        vm.expectRevert(abi.encodeWithSelector(ISignerRegistry.SignerRegistryUnknownSigner.selector, address(0)));
        _signers.removeSigner(address(0));
    }

    function _refusedClass(RiskClass memory class, bytes32 field) private {
        try _oracle.setRiskClass(CLASS_ID, class) {
            fail();
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), IRiskClasses.RiskClassesOutOfRange.selector);
            bytes32 named;
            assembly ("memory-safe") {
                named := mload(add(reason, 0x44))
            }
            assertEq(named, field);
        }
    }

    function test_B6_B7_A6_RevertWhen_BoundsContradictEachOther() public {
        RiskClass memory class = _class();
        class.rhoFloorBps = 9_001;
        _refusedClass(class, "rhoFloorBps");
        class = _class();
        class.rhoDefaultBps = 299;
        _refusedClass(class, "rhoDefaultBps");
        class = _class();
        class.rhoInitialBps = 2_499;
        _refusedClass(class, "rhoInitialBps(1+beta)");
        class = _class();
        class.piFloorBps = 201;
        _refusedClass(class, "piFloorBps");
        class = _class();
        class.piDefaultBps = 2_901;
        _refusedClass(class, "piDefaultBps");
        class = _class();
        class.tighten.stepBps = 2_001;
        _refusedClass(class, "lane.stepBps");
        class = _class();
        class.tighten.delaySec = 59;
        _refusedClass(class, "lane.delaySec");
        class = _class();
        class.windowSec = 3_599;
        _refusedClass(class, "windowSec");
        class = _class();
        class.rampMinutes = 1_014;
        _refusedClass(class, "graceMinutes+rampMinutes");
    }

    function testFuzz_RiskClass_RoundTrips(uint16 classId, uint16 drift, uint32 validity, bool active) public {
        RiskClass memory class = _class();
        class.tighten.driftBps = uint16(bound(drift, 300, 10_000));
        class.validitySec = 60 * uint32(bound(validity, 1, 10_080));
        class.active = active;
        classId = uint16(bound(classId, 0, 4_095));
        _oracle.setRiskClass(classId, class);
        assertEq(abi.encode(_oracle.riskClass(classId)), abi.encode(class));
        assertEq(_oracle.boundsVersion(), 2);
    }

    function test_RevertWhen_ClassIsUnknownOrNotOwner() public {
        vm.expectRevert(abi.encodeWithSelector(IRiskClasses.RiskClassesUnknownClass.selector, 7));
        _oracle.riskClass(7);
        vm.prank(GUARDIAN);
        vm.expectRevert();
        _oracle.setRiskClass(CLASS_ID, _class());
    }
}
