// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracle} from "../../../contracts/interfaces/IRiskOracle.sol";
import {SignerRegistry} from "../../../contracts/registry/SignerRegistry.sol";
import {DeliveryLimits} from "../../../contracts/types/DeliveryTypes.sol";
import {Lane, RiskClass, RiskParams, RiskReport} from "../../../contracts/types/RiskTypes.sol";
import {Oracles} from "../helpers/Oracles.sol";
import {ReportSigner} from "../helpers/ReportSigner.sol";
import {VaultFixture} from "./VaultFixture.sol";

/// @title A vault on the real risk oracle, whose whole quorum (four signers, three needed) the test commands
abstract contract ScoredFixture is VaultFixture, ReportSigner {
    function _riskOracle() internal override returns (IRiskOracle) {
        address[] memory signers = new address[](4);
        for (uint256 i = 0; i < 4; ++i) signers[i] = vm.addr(1_000 + i);
        _signers = new SignerRegistry(authority, 1 hours, signers, 3);
        risk = Oracles.deploy(authority, _signers, 0, _limits());
        risk.setModelAllowed(BUNDLE, true);
        for (uint16 id = 1; id <= 9; ++id) risk.setRiskClass(id, _class());
        return risk;
    }

    /// @dev Wide enough that the effect guard of delivery stays out of the way of these tests.
    function _limits() internal pure returns (DeliveryLimits memory limits) {
        (limits.reportTightened, limits.reportTighteningBps) = (1_000, 1_000_000);
        (limits.windowTightened, limits.windowTighteningBps) = (5_000, 5_000_000);
        (limits.windowSec, limits.coolDownSec) = (1 days, 1 hours);
        (limits.dispersionBps, limits.violations) = (500, 100);
        (limits.heldSec, limits.rootValiditySec) = (2 hours, 10 minutes);
    }

    function _registerVault() internal override {
        risk.registerSource(address(vault));
    }

    /// @dev Default 30 %, β 10 %, grace 10 min, ramp 30 min, Δ_max 20 points.
    function _class() internal pure returns (RiskClass memory class) {
        (class.rhoFloorBps, class.rhoCeilingBps, class.rhoDefaultBps, class.rhoInitialBps) = (300, 9_000, 3_000, 3_000);
        (class.piFloorBps, class.piCapBps, class.piDefaultBps, class.deltaBps) = (50, 4_000, 1_000, 100);
        (class.tighten, class.loosen) = (Lane(300, 2_000, 300), Lane(150, 800, 3_600));
        (class.windowSec, class.validitySec) = (1 days, 6 hours);
        (class.graceMinutes, class.rampMinutes, class.fallbackRampMinutes) = (10, 30, 1_440);
        (class.betaBps, class.maxAboveOpenBps, class.piStepBps, class.active) = (1_000, 2_000, 100, true);
    }

    /// @dev Pushes one entry, signed by the quorum, and returns its outcome byte.
    function _score(uint256 id, uint16 epoch, uint16 rho, uint16 pi) internal returns (uint8 outcome) {
        return uint8(_push(_entry(id, epoch, rho, pi))[0]);
    }

    /// @dev Pushes entries, signed by the quorum; no outcomes where the report is held.
    function _push(bytes memory entries) internal returns (bytes memory outcomes) {
        vm.warp(block.timestamp + 2);
        RiskReport memory report = _reportOf(entries);
        return risk.submitReport(report, _signed(report), entries, "");
    }

    /// @dev The same pair for the ids from `first` on, in their first epoch.
    function _rows(uint256 first, uint256 count, uint16 rho, uint16 pi) internal pure returns (bytes memory entries) {
        for (uint256 id = first; id < first + count; ++id) entries = bytes.concat(entries, _entry(id, 1, rho, pi));
    }

    function _rho(uint256 id) internal view returns (uint16 rhoBps) {
        (rhoBps, , ) = risk.maintenanceOf(address(vault), id);
    }

    function _params(uint256 id) internal view returns (RiskParams memory) {
        return risk.getParams(address(vault), id);
    }

    function _later(uint256 sec, uint64 priceE8) internal {
        vm.warp(block.timestamp + sec);
        _setPrice(priceE8);
    }
}
